"""Asking the application for pages, and what must be true of every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import StrictUndefined, Undefined
from jinja2.utils import missing
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.access.tables import account
from engine.runtime import Runtime
from webui import ui
from webui.security import POLICY

ICONS = frozenset(
    symbol["id"]
    for symbol in BeautifulSoup((Path(ui.STATIC) / "icons.svg").read_text("utf-8"), "html.parser").find_all(
        "symbol"
    )
)
CSRF = "0" * 40


class StrictNames(Undefined):
    """A name that a page uses and its view does not give is a fault. A key that a mapping lacks is none, nor
    a macro called without a block: the parts of the interface leave out what they were not given."""

    def __new__(cls, hint: Any = None, obj: Any = missing, name: Any = None, *more: Any) -> Any:
        kind = Undefined if isinstance(obj, Mapping) or name == "caller" else StrictUndefined
        return kind(hint, obj, name, *more)


class Page(BeautifulSoup):
    """A page that was checked. `words` is its text with single spaces."""

    @property
    def words(self) -> str:
        return " ".join(self.get_text(" ").split())

    def link(self, words: str) -> str:
        """Where the link (or button) with these words leads; fails when there is none."""
        found = [tag for tag in self.find_all("a") if " ".join(tag.get_text(" ").split()) == words]
        assert found, f"no link «{words}» in: {self.words}"
        return str(found[0]["href"])


class Visitor:
    """A person at a browser without scripts. A request fails the test unless it is answered as was asked."""

    def __init__(self, app: Flask, rt: Runtime, account_id: int | None = None) -> None:
        self.app, self.rt = app, rt
        self.client: FlaskClient = app.test_client()
        self.token = ""
        if account_id is not None:
            self._sign_in(account_id)
            self.with_token()

    def _sign_in(self, account_id: int) -> None:
        """The cookie of a signed-in person, without the slow look at a password."""
        with self.rt.database.read() as conn:
            stamp = conn.execute(select(account.c.stamp).where(account.c.id == account_id)).scalar_one()
        with self.client.session_transaction() as session:
            session["_user_id"] = f"{account_id}:{stamp}"
            session["_fresh"] = True

    def with_token(self, base_url: str = "http://localhost") -> str:
        """The token that the forms of this browser's pages have."""
        with self.client.session_transaction(base_url=base_url) as session:
            session["csrf_token"] = CSRF
        secret = self.app.config["SECRET_KEY"]
        self.token = str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(CSRF))
        return self.token

    def get(self, path: str, status: int = 200) -> Page:
        """A whole page, checked."""
        answer = self.client.get(path)
        assert answer.status_code == status, described(path, answer)
        return checked(path, answer)

    def download(self, path: str, status: int = 200) -> TestResponse:
        answer = self.client.get(path)
        assert answer.status_code == status, described(path, answer)
        return answer

    def follow(self, path: str, to: str) -> None:
        """A page that leads to another."""
        answer = self.client.get(path)
        assert (answer.status_code, answer.location) == (303, to)

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, status: int = 303, **more: Any
    ) -> TestResponse:
        """A form with its token. The page that a refusal shows is checked too."""
        answer = self._post(path, data, **more)
        assert answer.status_code == status, described(path, answer)
        if answer.mimetype == "text/html" and status not in (302, 303):
            checked(path, answer)
        return answer

    def _post(self, path: str, data: Mapping[str, Any] | None, **more: Any) -> TestResponse:
        answer = self.client.post(path, data={**(data or {}), "csrf_token": self.token}, **more)
        for sent in (*answer.history, answer):
            # A large upload lies in a temporary file of the test client, which it leaves open.
            sent.request.environ["wsgi.input"].close()
        return answer

    def page_after(self, path: str, data: Mapping[str, Any] | None = None, status: int = 200) -> Page:
        """The page that a form answers with: its own with faults, or the one it leads to."""
        answer = self._post(path, data, follow_redirects=True)
        assert answer.status_code == status, described(path, answer)
        return checked(path, answer)

    def search(self, page: str, words: str) -> Page:
        """What the search box of a page leads to."""
        return self.page_after("/search", {"page": page, "q": words})

    def json(self, method: str, path: str, body: Any, status: int = 200) -> dict[str, Any]:
        """What a script of a page sends and gets."""
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code == status, described(path, answer)
        found = answer.get_json()
        assert isinstance(found, dict), described(path, answer)
        return found


def described(path: str, answer: TestResponse) -> str:
    if answer.mimetype == "text/html":
        text = BeautifulSoup(answer.text, "html.parser").get_text(" ")
        return f"{path}: {answer.status_code} {' '.join(text.split())[:600]}"
    return f"{path}: {answer.status_code} {answer.location or answer.get_data()[:300]!r}"


def checked(path: str, answer: TestResponse) -> Page:
    """The page of an answer, if everything is true of it that must be of every page."""
    page = Page(answer.text, "html.parser")
    wrong = [message for message, bad in _faults(page, answer) if bad]
    assert wrong == [], f"{path}: {wrong}"
    return page


def _faults(page: Page, answer: TestResponse) -> list[tuple[str, Any]]:
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    title = page.title.get_text() if page.title else ""
    addresses = [
        tag.get(name)
        for tag in page.find_all(True)
        for name in ("href", "src", "action")
        if tag.has_attr(name)
    ]
    icons = {urlsplit(str(tag["href"])).fragment for tag in page.find_all("use")}
    labelled = [tag["for"] for tag in page.find_all("label") if tag.has_attr("for")]
    controlled = [
        tag[name]
        for name in ("aria-controls", "aria-describedby")
        for tag in page.find_all(None, {name: True})
    ]
    return [
        ("one main heading", len(page.find_all("h1")) != 1),
        ("a title", not title.removesuffix(" · Маршрут").strip() or not title.endswith(" · Маршрут")),
        ("the content policy", answer.headers.get("Content-Security-Policy") != POLICY),
        ("not kept by anybody", answer.headers.get("Cache-Control") != "no-store"),
        ("ids that stand twice", [each for each, count in ids.items() if count > 1]),
        ("icons that are not there", sorted(icons - ICONS)),
        ("labels of nothing", [each for each in labelled if each not in ids]),
        (
            "described by nothing",
            [each for several in controlled for each in str(several).split() if each not in ids],
        ),
        (
            "addresses of nothing",
            [each for each in addresses if not each or "None" in each or "undefined" in each],
        ),
        (
            "a form without its token",
            [
                form.get("action")
                for form in page.find_all("form", method="post")
                if not form.find("input", {"name": "csrf_token"})
            ],
        ),
        (
            "a bare value",
            [word for word in (" None ", "Undefined", "<webui", "lazy") if word in f" {page.words} "],
        ),
    ]
