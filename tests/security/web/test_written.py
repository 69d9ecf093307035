"""Whatever people write anywhere, no page runs it, computes it or takes it for part of itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.policy import EVERYONE
from engine.access.tables import account
from engine.cases.queries import case_card, case_variables
from engine.cases.service import start_case
from engine.definitions.files import Upload
from engine.definitions.tables import definition, release
from engine.documents.files import NAME_LENGTH
from engine.documents.making import make_document
from engine.documents.queries import download_docx
from engine.documents.service import attach
from engine.model import StartCase
from engine.names import FullName
from engine.runtime import Runtime
from engine.worklist.service import claim
from tests.engine.documents.making import docx
from tests.factories.access import make_account
from tests.factories.cases import diagram, flows, open_tasks, publish_files
from tests.factories.records import make_person
from tests.webui.browsing import Visitor
from tests.webui.routes import ROUTES
from tests.webui.workplace import Office, field, form

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*191}}${7*191}{%x%}"
SAID = escape(EVIL, quote=True)
"""As it is written in an XML file."""


def pathway() -> list[Upload]:
    """A pathway whose methodologist writes the words into every name and label."""
    body = (
        f'<startEvent id="s" name="{SAID}"/><endEvent id="e" name="{SAID}"/>'
        f'<userTask id="evil_step" name="{SAID}" camunda:candidateGroups="R05" camunda:formRef="evil_form">'
        f"<documentation>{SAID}</documentation><extensionElements><camunda:properties>"
        f'<camunda:property name="stage" value="{SAID}"/><camunda:property name="status" value="{SAID}"/>'
        f'<camunda:property name="document" value="EVIL"/>'
        "</camunda:properties></extensionElements></userTask>" + flows("s evil_step e")
    )
    main = diagram("evil", body, number="ЗЛ", owner="R05")
    named = main.content.replace('name="Путь evil"'.encode(), f'name="{SAID}"'.encode())
    choices = [{"label": EVIL, "value": EVIL}, {"label": "нет", "value": "нет"}]
    return [
        Upload(main.name, named),
        form(
            "evil_form",
            field("слово", EVIL, description=EVIL),
            field("выбор", EVIL, "select", values=choices),
        ),
        Upload(
            "EVIL.docx", docx("[дата] № [номер]", "{{ слово }}", title=EVIL.partition("{{")[0], mark="ЗЛО")
        ),
    ]


@pytest.fixture
def numbers(rt: Runtime, office: Office) -> dict[str, object]:
    """What stands in the addresses of pages about things in which everybody has written the words."""
    publish_files(rt, *pathway())
    author = make_account(rt, "R05", unit_id=office.families, name=FullName(EVIL[:60], "Н", "А"))
    clerk = load_actor(rt, author)
    person = make_person(rt, clerk, note=EVIL, address=EVIL)
    case = start_case(
        rt, StartCase(clerk, "evil", {"слово": EVIL, "выбор": EVIL}, person_id=person, label=EVIL[:150])
    )
    task = open_tasks(rt, "evil_step")[0]
    clerk = load_actor(rt, author)
    claim(rt, clerk, task)
    file = attach(rt, clerk, case.id, f"../../{EVIL}\r\nSet-Cookie: a=1.txt", b"text")
    paper = make_document(rt, clerk, case.id, "EVIL", task_id=task)
    with rt.database.read() as conn:
        newest = conn.execute(select(release.c.id).order_by(release.c.id.desc()).limit(1)).scalar_one()
        stored = conn.execute(select(definition.c.id).where(definition.c.key == "evil")).scalars().first()
    return {
        "author": author, "case_id": case.id, "task_id": task, "document_id": paper, "attachment_id": file,
        "person_id": person, "release_id": newest, "definition_id": stored, "account_id": author,
        "kind": "bpmn", "key": "evil",
    }  # fmt: skip


def pages(numbers: dict[str, object]) -> Iterator[str]:
    """The address of every page whose numbers are known."""
    for method, rule in ROUTES:
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", rule)
        if method == "GET" and all(name in numbers for name in wanted):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(numbers[found[1]]), rule)


def intruders(html: str) -> list[str]:
    """Elements and attributes that only the words of somebody can have made."""
    soup = BeautifulSoup(html, "html.parser")
    found = [str(tag)[:80] for tag in soup.find_all("img", src="x")]
    found += [tag.name for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    found += [
        "script"
        for tag in soup.find_all("script")
        if not tag.get("src") and tag.get("type") != "application/json"
    ]
    return found + (["computed"] if str(7 * 191) in html else [])


def test_the_words_are_recognised_where_they_would_have_worked() -> None:
    assert len(intruders(EVIL)) == 3
    assert intruders(f"<p title='x'>{SAID}</p>") == []
    assert intruders("<p>1337</p>") == ["computed"]


@pytest.mark.parametrize("role", ["author", "R05", "R07", "R25", "R28", "R29"])
def test_no_page_runs_or_computes_what_somebody_wrote(role, visit, office, numbers):
    visitor: Visitor = visit(numbers["author"] if role == "author" else role)
    wrong, shown = {}, 0
    for path in pages(numbers):
        answer = visitor.client.get(path)
        assert answer.status_code < 500, path
        if answer.mimetype == "text/html":
            shown += "onerror=alert" in answer.text
            if found := intruders(answer.text):
                wrong[path] = found
    assert wrong == {}
    assert shown > 2, "the walk must meet the words"


def test_a_search_is_shown_again_as_it_was_typed(visit):
    for path in ("/", "/cases", "/people", "/calendar"):
        assert intruders(str(visit("R05").search(path, EVIL))) == []


def test_what_could_not_be_kept_stands_in_its_field_and_nowhere_else(visit):
    entering = visit()
    entering.with_token()
    answers = [
        visit("R05").post("/people/new", {"surname": EVIL, "birth": EVIL, "phone": EVIL}, status=422),
        visit("R29").post("/admin/accounts/new", {"login": EVIL, "surname": EVIL}, status=422),
        entering.post("/sign-in", {"login": EVIL, "password": EVIL, "next": EVIL}, status=403),
    ]
    for answer in answers:
        assert intruders(answer.text) == []


def test_a_document_has_the_words_as_text(rt, numbers):
    """Nothing that a citizen said is taken for a place of the template, or for markup."""
    found = download_docx(rt, load_actor(rt, int(str(numbers["author"]))), int(str(numbers["document_id"])))
    with zipfile.ZipFile(io.BytesIO(found.content)) as package:
        inside = package.read("word/document.xml").decode()
    assert "{{7*191}}" in inside
    assert "1337" not in inside
    assert "<img" not in inside


def test_the_name_of_a_file_is_neither_a_path_nor_a_header(visit, numbers):
    answer = visit(numbers["author"]).download(f"/attachments/{numbers['attachment_id']}")
    told = unquote(answer.headers["Content-Disposition"])
    assert told.startswith("attachment;")
    assert not set("/\\\r\n<>") & set(told)
    assert ".." not in told.partition("filename")[2].strip(" .")[:3]
    assert "a=1" not in str(answer.headers.getlist("Set-Cookie"))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(told) < 2 * NAME_LENGTH + 100


def test_a_list_for_a_spreadsheet_has_texts_and_no_formulas(visit, rt, office):
    clerk = load_actor(rt, office.role["R05"])
    for label in ('=HYPERLINK("http://evil.example")', "+1+1", "@SUM(1)", "-2"):
        start_case(rt, StartCase(clerk, "help", {"повод": "х"}, label=label))
    rt.clock.advance(timedelta(days=60))
    content = visit("R07").download("/monitor/overdue.xlsx").data
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "HYPERLINK" in texts
    assert all("<f>" not in sheet and "<hyperlink" not in sheet for sheet in sheets)


def test_a_request_larger_than_any_file_is_cut_off(visit, app, office):
    visitor = visit("R05")
    answer = visitor.client.post(
        f"/cases/{office.later_case}/attachments",
        headers={"X-CSRFToken": visitor.token},
        data=b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1),
        content_type="application/octet-stream",
    )
    assert answer.status_code == 413
    long = {"data": {"цель": "я" * 3_000_000}}
    answer = visitor.client.put(
        f"/tasks/{office.task}/draft", json=long, headers={"X-CSRFToken": visitor.token}
    )
    assert answer.status_code in (400, 409, 413, 422), answer.text[:200]


def test_a_form_takes_its_own_fields_and_no_others(visit, rt, office):
    """Whoever adds fields to a request adds nothing to the case."""
    visitor = visit("R05")
    visitor.post(f"/tasks/{office.task}/take")
    for name in ("решение", "__class__", "дело", "assignee_id"):
        sent = {"цель": "Найти работу", name: "одобрено"}
        assert name in visitor.json("POST", f"/tasks/{office.task}", {"data": sent}, status=422)["errors"]
    with rt.database.read() as conn:
        card = case_card(rt, conn, load_actor(rt, office.role["R07"]), office.case)
        assert set(case_variables(rt, conn, card)) == {"повод"}


def test_a_new_account_has_only_what_its_form_asks(visit, rt, office):
    visitor = visit("R29")
    sent = {"login": "novice", "family": "Новая", "given": "Ия", "unit": str(office.families)}
    visitor.client.post(
        "/admin/accounts/new",
        data={
            **sent,
            "roles": ["R05", EVERYONE, "admin"],
            "demo": "1",
            "id": "1",
            "csrf_token": visitor.token,
        },
    )
    with rt.database.read() as conn:
        row = conn.execute(select(account).where(account.c.login == "novice")).one()
    assert (row.demo, row.must_change) == (False, True)
    assert row.id not in office.role.values()
    assert load_actor(rt, row.id).roles == {"R05", EVERYONE}
