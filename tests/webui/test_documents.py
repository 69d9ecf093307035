"""Documents: written in place, issued once, taken away as files; files that people attach."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from engine.documents import service
from engine.documents.queries import document_card
from engine.documents.tables import attachment
from engine.model import SYSTEM
from engine.settings import Attachments
from tests.engine.definitions.test_hostile import HOSTILE
from tests.engine.documents.making import docx
from tests.webui.browsing import Visitor
from tests.webui.conftest import strict
from tests.webui.workplace import PDF
from webui.app import create_app

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def fields(page):
    return {area["name"]: area.get_text().lstrip("\n") for area in page.select("textarea.doc-text")}


def card(rt, number):
    with rt.database.read() as conn:
        return document_card(conn, SYSTEM, number)


def test_a_draft_is_written_in_place(visit, rt, office):
    clerk = visit("R05")
    page = clerk.get(f"/documents/{office.document}")
    assert fields(page)["p2"] == "Цель: Найти работу"
    sent = {**fields(page), "p2": "Цель: Найти работу\r\nпо специальности", "revision": "1"}
    done = clerk.page_after(f"/documents/{office.document}", sent)
    assert "Текст сохранён" in done.words
    assert fields(done)["p2"] == "Цель: Найти работу\nпо специальности"


def test_who_may_only_look_reads_the_text(visit, office):
    page = visit("R02").get(f"/documents/{office.document}")
    assert fields(page) == {}
    assert "Цель: Найти работу" in page.select_one("article.doc-sheet").get_text()
    assert page.select_one("[data-action-bar]") is None


def test_a_text_that_somebody_else_changed_meanwhile_stays_in_the_fields(visit, rt, office):
    service.save_texts(rt, SYSTEM, office.document, {"1": "Чужое"}, revision=1)
    sent = {"p1": "Моё", "revision": "1"}
    answer = visit("R05").post(f"/documents/{office.document}", sent, status=409)
    assert "Моё" in answer.text
    assert "изменил кто-то ещё" in answer.text
    assert 'name="revision" value="2"' in answer.text


def test_issuing_saves_first_gives_a_number_and_freezes(visit, rt, office):
    clerk = visit("R05")
    sent = {"p1": "Последняя правка", "revision": "1", "then": "issue", "signer": "Орлов В. Н."}
    done = clerk.page_after(f"/documents/{office.document}", sent)
    found = card(rt, office.document)
    assert found.number in done.words
    assert (found.signer, found.issued_by) == ("Орлов В. Н.", office.role["R05"])
    assert "Последняя правка" in done.select_one("article.doc-sheet").get_text()
    clerk.post(f"/documents/{office.document}", {"p1": "Поздно", "revision": "3"}, status=409)


def test_a_text_without_a_place_for_the_number_is_not_issued(visit, rt, office):
    sent = {"p0": "без номера", "revision": "1", "then": "issue"}
    answer = visit("R05").post(f"/documents/{office.document}", sent, status=422)
    assert "[номер]" in answer.text
    assert card(rt, office.document).draft


def test_an_issued_document_is_replaced_by_a_new_version(visit, rt, office):
    clerk = visit("R05")
    clerk.post(f"/documents/{office.document}", {"revision": "1", "then": "issue"})
    made = clerk.post(f"/documents/{office.document}/version").location
    clerk.post(f"/documents/{office.document}/version", status=409)
    clerk.post(made, {"revision": "1", "then": "issue"})
    old, new = clerk.get(f"/documents/{office.document}"), clerk.get(made)
    assert "заменён новой версией" in old.words
    assert old.select_one(f'dd a[href="{made}"]').get_text() in new.words
    assert new.select_one(f'dd a[href="/documents/{office.document}"]').get_text() in old.words
    assert "версия 2" in clerk.get(f"/cases/{office.later_case}").words


def test_an_issued_document_keeps_its_electronic_signature(visit, rt, office):
    clerk = visit("R05")
    address = f"/documents/{office.document}"
    assert "Электронная подпись" not in clerk.get(address).words
    clerk.post(address, {"revision": "1", "then": "issue"})
    number = card(rt, office.document).number
    wrong = clerk.post(f"{address}/signature", {"file": (BytesIO(PDF), "п.sig")}, status=422)
    assert "Это не файл электронной подписи" in wrong.text
    signed = bytes.fromhex("3082000f06092a864886f70d010702a0020400")
    page = clerk.page_after(f"{address}/signature", {"file": (BytesIO(signed), "п.sig")})
    assert f"Подпись № {number}.sig" in page.words


def test_a_file_written_elsewhere_takes_the_place_of_the_draft(visit, rt, office):
    clerk = visit("R05")
    content = docx("[дата] № [номер]", "Из редактора", title="Письмо", mark="ПИС")
    done = clerk.page_after(
        f"/documents/{office.document}/file", {"revision": "1", "file": (BytesIO(content), "п.docx")}
    )
    assert fields(done)["p1"] == "Из редактора"


def test_the_same_file_is_attached_once(visit, rt, office):
    clerk = visit("R05")
    for n in range(2):
        sent = {"file": (BytesIO(PDF), f"скан {n}.pdf"), "task": str(office.task)}
        words = clerk.page_after(f"/cases/{office.case}/attachments", sent).words
    assert "Такой файл здесь уже есть, второй раз он не приложен" in words
    assert "скан 1.pdf" not in words
    assert "скан 0.pdf" in words
    answer = clerk.post(f"/cases/{office.case}/attachments", {"file": (BytesIO(PDF), "скан.pdf")})
    assert "Файл приложен." in clerk.get(answer.location).words


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "p.docx"),
        (PDF, "p.docx"),
        (b"PK\x03\x04 broken", "p.docx"),
        (b"x" * 21_000_000, "p.docx"),
        (None, ""),
    ],
)
def test_a_file_that_is_no_document_changes_nothing(content, name, visit, rt, office):
    file = (BytesIO(content or b""), name)
    visit("R05").post(f"/documents/{office.document}/file", {"revision": "1", "file": file}, status=422)
    assert card(rt, office.document).revision == 1


@pytest.mark.parametrize(
    "kind", [kind for kind, file in HOSTILE.items() if file.name.endswith(".docx") and file.content]
)
def test_a_hostile_document_changes_nothing(kind, visit, rt, office):
    file = (BytesIO(HOSTILE[kind].content), "p.docx")
    clerk = visit("R05")
    if kind in WITH_CODE:
        clerk.post(f"/documents/{office.document}/file", {"revision": "1", "file": file})
        assert card(rt, office.document).revision == 2
        return
    answer = clerk.post(f"/documents/{office.document}/file", {"revision": "1", "file": file}, status=422)
    assert "root:" not in answer.text
    assert card(rt, office.document).revision == 1


WITH_CODE = {"template with code", "template that goes on and on", "template that includes a file"}
"""Braces are code in a template alone: in the text of a document they are words."""


def test_a_draft_is_put_away(visit, rt, office):
    page = visit("R05").page_after(f"/documents/{office.document}/discard", {"revision": "1"})
    assert "убран" in page.words
    assert page.find("a", href=f"/documents/{office.document}") is None


@pytest.mark.parametrize(
    ("kind", "media", "start"), [("docx", DOCX, b"PK"), ("pdf", "application/pdf", b"%PDF")]
)
def test_a_download_is_saved_and_never_opened_in_place(kind, media, start, visit, office):
    answer = visit("R05").download(f"/documents/{office.document}/{kind}")
    assert answer.mimetype == media
    assert answer.data.startswith(start)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert f"Письмо черновик.{kind}" in unquote(disposition)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_document_is_made_again_on_request(visit, office):
    clerk = visit("R05")
    page = clerk.get(f"/tasks/{office.task}")
    assert "Составить: Письмо" in page.words
    sent = {"template": "D25", "task": str(office.task)}
    location = clerk.post(f"/cases/{office.case}/documents", sent).location
    assert f"Дело ПС-2026-000{office.case}" in clerk.get(location).select_one(".doc-sheet").get_text()


def test_an_unknown_template_is_told(visit, office):
    visit("R05").post(f"/cases/{office.case}/documents", {"template": "../x"}, status=404)


def test_files_are_attached_to_the_case_and_to_a_step(visit, office):
    clerk = visit("R05")
    files = [(BytesIO(PDF), "справка 1.pdf"), (BytesIO(b"\xff\xd8\xff\xe0 jpeg"), "../../фото.exe")]
    page = clerk.page_after(f"/cases/{office.case}/attachments", {"file": files, "task": str(office.task)})
    words = page.words
    assert "Файлы приложены" in words
    assert "меньше 1 КБ" in words.replace("\u00a0", " ")
    assert "справка 1.pdf" in words
    assert "фото.exe.jpg" in words
    assert page.h1.get_text() == "Принять заявление"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.pdf"),
        (b"MZ\x90\x00\x03", "a.pdf"),
        (b"<html><script>alert(1)</script>", "a.txt"),
        (b"<svg onload=1>", "a.png"),
        (b"x" * 20_000_001, "a.txt"),
    ],
)
def test_a_file_that_is_not_taken_takes_the_others_with_it(content, name, visit, rt, office):
    files = [(BytesIO(PDF), "справка.pdf"), (BytesIO(content), name)]
    clerk = visit("R05")
    clerk.post(f"/cases/{office.case}/attachments", {"file": files}, status=422)
    assert "справка.pdf" not in clerk.get(f"/cases/{office.case}").words


def test_more_than_all_may_have_together_is_cut_off(visit, office):
    file = (BytesIO(b"x" * 30_000_000), "a.txt")
    answer = visit("R05").post(f"/cases/{office.case}/attachments", {"file": file}, status=413)
    assert "больше 25 МБ" in answer.text


def test_an_instance_may_take_smaller_files_and_fewer_kinds(rt, office):
    rt.settings = replace(rt.settings, attachments=Attachments(1, ("pdf",)))
    clerk = Visitor(strict(create_app(rt)), rt, office.role["R05"])
    assert "PDF до 1 МБ" in clerk.get(f"/cases/{office.case}").words
    for content, words in ((b"%PDF-" + b"x" * 1_000_000, "больше 1 МБ"), (b"\xff\xd8\xff", "Подойдут: PDF.")):
        sent = {"file": (BytesIO(content), "скан")}
        answer = clerk.post(f"/cases/{office.case}/attachments", sent, status=422)
        assert words in answer.text
    with rt.database.read() as conn:
        kept = conn.execute(select(func.count()).select_from(attachment)).scalar_one()
    assert kept == 1


def test_a_step_of_another_case_gets_no_file(visit, office):
    sent = {"file": (BytesIO(PDF), "x.pdf"), "task": str(office.later_task)}
    assert (
        visit("R05").post(f"/cases/{office.case}/attachments", sent).location
        == f"/cases/{office.case}#documents"
    )


def test_an_attached_file_is_saved_and_never_opened_in_place(visit, office):
    answer = visit("R02").download(f"/attachments/{office.attachment}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"]


def test_a_file_is_removed_by_whom_it_belongs_to(visit, office):
    visit("R02").post(
        f"/attachments/{office.attachment}/remove", {"case": str(office.later_case)}, status=403
    )
    page = visit("R05").page_after(
        f"/attachments/{office.attachment}/remove", {"case": str(office.later_case)}
    )
    assert "справка.pdf" not in page.words
    visit("R05").get(f"/attachments/{office.attachment}", status=404)
