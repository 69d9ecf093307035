"""Signing in and out, and what a session may not be made to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.access.service import reset_password, set_active
from engine.access.tables import account
from engine.demo.town import PASSWORD as DEMO_PASSWORD
from engine.model import SYSTEM
from tests.factories.access import PASSWORD, make_account
from tests.webui.browsing import Visitor
from tests.webui.conftest import strict
from webui.addresses import local_page, with_value
from webui.app import create_app

PLACE = {"REMOTE_ADDR": "10.1.2.3"}
TLS = "https://localhost"


@pytest.fixture
def newcomer(rt, office):
    """A colleague with a password of their own."""
    return make_account(rt, "R05", unit_id=office.families, login="newcomer", password=PASSWORD)


def enter(visitor, password=PASSWORD, status=303, **more):
    visitor.with_token()
    return visitor.post("/sign-in", {"login": "newcomer", "password": password, **more}, status=status)


def settled(rt, number):
    """The colleague has chosen the password themselves."""
    with rt.database.write() as conn:
        conn.execute(account.update().where(account.c.id == number).values(must_change=False))


@pytest.mark.parametrize("wanted", ["/cases", "/tasks/1?x=1"])
def test_who_signs_in_comes_to_the_page_they_wanted(wanted, visit, rt, newcomer):
    settled(rt, newcomer)
    visitor = visit()
    answer = visitor.client.get(wanted)
    assert answer.status_code == 303
    page = visitor.get(answer.location)
    assert page.find("input", {"name": "next"})["value"] == wanted
    assert enter(visitor, next=wanted).location == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "evil",
        "javascript:alert(1)",
        "",
        "/" + "a" * 3000,
    ],
)
def test_an_address_elsewhere_is_never_followed(wanted, visit, rt, newcomer):
    settled(rt, newcomer)
    assert enter(visit(), next=wanted).location == "/"
    assert not local_page(wanted)


def test_a_value_is_added_to_an_address_whatever_it_has():
    assert with_value("/cases/new/p?q=%D0%9B", "person", 5) == "/cases/new/p?q=%D0%9B&person=5"
    assert with_value("/cases/new/p?person=1", "person", 5) == "/cases/new/p?person=5"
    assert with_value("/cases?state=all&q=%D0%9B#list", "q", None) == "/cases?state=all#list"


def test_a_wrong_password_and_an_unknown_login_look_the_same(visit, rt, newcomer):
    visitor = visit()
    visitor.with_token()
    told = [
        visitor.page_after("/sign-in", {"login": login, "password": "не тот пароль"}, status=403).words
        for login in ("newcomer", "nobody")
    ]
    assert "не подходят" in told[0]
    assert told[0] == told[1]


def test_the_first_page_is_that_of_the_role(visit, rt, office):
    expected = {
        "R05": "/",
        "R07": "/monitor",
        "R25": "/workshop",
        "R28": "/admin/journal",
        "R29": "/admin/accounts",
    }
    for role, page in expected.items():
        visit(role).follow("/sign-in", page)


def test_a_password_given_by_somebody_else_is_changed_first(visit, rt, newcomer):
    visitor = visit()
    assert enter(visitor).location == "/password"
    visitor.with_token()
    visitor.follow("/cases", "/password")
    assert "Придумайте свой пароль" in visitor.get("/password").words
    new = "четыре слова подряд тут"
    visitor.post("/password", {"old": PASSWORD, "new": new, "again": "другое"}, status=422)
    visitor.with_token()
    assert visitor.post("/password", {"old": PASSWORD, "new": new, "again": new}).location == "/"
    visitor.get("/cases")


def test_a_password_that_is_easy_to_guess_is_refused_at_its_field(visit, rt, newcomer):
    visitor = visit()
    enter(visitor)
    visitor.with_token()
    answer = visitor.post("/password", {"old": PASSWORD, "new": "коротко", "again": "коротко"}, status=422)
    assert "короче" in answer.text


def test_the_cookie_of_before_the_sign_in_does_not_go_on(visit, rt, newcomer):
    """Whoever knew the cookie of this browser knows nothing of the session that begins now."""
    settled(rt, newcomer)
    visitor = visit()
    with visitor.client.session_transaction() as session:
        session["planted"] = "1"
    enter(visitor)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") is None


def test_sessions_end_when_the_password_or_the_account_changes(visit, rt, newcomer):
    for change in (
        lambda: reset_password(rt, SYSTEM, newcomer, "другой долгий пароль"),
        lambda: set_active(rt, SYSTEM, newcomer, active=False),
    ):
        visitor = visit(newcomer)
        visitor.get("/cases")
        change()
        assert visitor.client.get("/cases").status_code == 303


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(visit):
    visitor = visit("R05")
    answer = visitor.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert visitor.client.get("/").status_code == 303


def test_a_page_left_open_learns_who_is_signed_in(visit, office):
    clerk = visit("R05")
    state = clerk.client.get("/session").get_json()
    assert set(state) == {"signed_in", "user_key", "csrf_token"}
    assert clerk.get("/").body["data-user-key"] == state["user_key"]
    assert visit().client.get("/session").get_json() == {"signed_in": False}
    assert str(office.role["R05"]) != state["user_key"]


def test_a_script_that_is_signed_out_hears_so(visit, office):
    visitor = visit()
    visitor.with_token()
    answer = visitor.json("PUT", f"/tasks/{office.task}/draft", {"data": {}}, status=401)
    assert "Войдите" in answer["hint"]


def test_the_cookie_is_for_this_site_alone(app, rt, newcomer):
    settled(rt, newcomer)
    visitor = Visitor(app, rt)
    cookie = enter(visitor).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_the_cookie_and_the_site_stay_there(rt, newcomer):
    settled(rt, newcomer)
    visitor = Visitor(strict(create_app(rt, behind_proxy=True)), rt)
    visitor.with_token(TLS)
    headers = {"Referer": f"{TLS}/sign-in"}
    answer = visitor.post(
        "/sign-in", {"login": "newcomer", "password": PASSWORD}, headers=headers, base_url=TLS
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


def test_another_machine_is_answered_with_tls_only(visit):
    visitor = visit()
    visitor.client.environ_base.update(PLACE)
    assert "https" in visitor.get("/sign-in", status=403).words


def test_a_request_that_somebody_passed_on_is_not_from_this_machine(visit):
    for header in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"):
        answer = visit().client.get("/sign-in", headers={header: "10.1.2.3"})
        assert answer.status_code == 403


@pytest.fixture
def demo(rt, office):
    """The same office as a demonstration, answering the network."""
    make_account(rt, "R05", unit_id=office.families, login="krylova", password=PASSWORD)
    with rt.database.write() as conn:
        conn.execute(
            account.update().where(account.c.login == "krylova").values(demo=True, must_change=False)
        )
    rt.settings = replace(rt.settings, demo=True)
    return strict(create_app(rt, plain_http=True))


def test_demo_logins_are_offered_on_this_machine_only(demo, rt):
    here, elsewhere = Visitor(demo, rt), Visitor(demo, rt)
    elsewhere.client.environ_base.update(PLACE)
    page = here.get("/sign-in")
    assert "Вход для знакомства" in page.words
    assert page.find("input", {"name": "password", "value": DEMO_PASSWORD})
    assert "Вход для знакомства" not in elsewhere.get("/sign-in").words


def test_demo_logins_are_refused_from_elsewhere_in_the_usual_words(demo, rt):
    for place, status in ((None, 303), (PLACE, 403)):
        visitor = Visitor(demo, rt)
        visitor.client.environ_base.update(place or {})
        visitor.with_token()
        answer = visitor.post("/sign-in", {"login": "krylova", "password": PASSWORD}, status=status)
        assert ("не подходят" in answer.text) is (status == 403)


def test_the_mark_of_a_demonstration_stays_on_every_page(demo, rt, office):
    assert "Демо : люди и дела вымышлены" in Visitor(demo, rt, office.role["R05"]).get("/").words
