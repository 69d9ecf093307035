"""Documents of a case: drafts are edited, issued ones are numbered and frozen, files are attached."""

import threading
from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest
from docx import Document
from sqlalchemy import insert, select

from engine.access.tables import audit
from engine.cases.tables import case_
from engine.documents import numbering, queries, service
from engine.documents.making import make_document
from engine.documents.tables import attachment, content, document_counter
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotAllowed, NotFound
from engine.model import Actor, task_id
from engine.runtime import Runtime
from tests.engine.documents.making import docx, make_case, only_document
from tests.factories.access import make_actor, town

TEMPLATE = docx("Решение [дата] № [номер]", "Признать **нуждающейся**.")


@pytest.fixture
def specialist(rt):
    return make_actor(rt, "R05")


@pytest.fixture
def draft(rt, specialist):
    """Number of a draft of TEMPLATE in a case of the specialist."""
    make_case(rt, specialist, TEMPLATE)
    return only_document(rt)


def card(rt: Runtime, actor: Actor, number: int) -> queries.DocumentCard:
    with rt.database.read() as conn:
        return queries.document_card(conn, actor, number)


def texts(rt: Runtime, actor: Actor, number: int) -> list[str]:
    return [piece.text for piece in queries.draft(rt, actor, number).pieces]


def issued_text(rt: Runtime, actor: Actor, number: int) -> list[str]:
    found = Document(BytesIO(queries.download_docx(rt, actor, number).content))
    return [paragraph.text for paragraph in found.paragraphs]


def deeds(rt: Runtime, kind: str = "document") -> list[str]:
    with rt.database.read() as conn:
        return [
            row.action for row in conn.execute(select(audit).where(audit.c.kind == kind).order_by(audit.c.id))
        ]


def test_texts_of_a_draft_are_edited_in_place(rt, specialist, draft):
    service.save_texts(rt, specialist, draft, {"1": "Признать нуждающимся."}, revision=1)
    assert texts(rt, specialist, draft) == ["Решение [дата] № [номер]", "Признать нуждающимся."]
    assert card(rt, specialist, draft).revision == 2


def test_whoever_saves_second_is_told_and_nothing_is_lost(rt, specialist, draft):
    service.save_texts(rt, specialist, draft, {"1": "первый"}, revision=1)
    with pytest.raises(Conflict):
        service.save_texts(rt, specialist, draft, {"1": "второй"}, revision=1)
    assert texts(rt, specialist, draft)[1] == "первый"


def test_a_draft_may_be_replaced_by_a_file_made_in_word(rt, specialist, draft):
    service.replace_file(rt, specialist, draft, "моё.docx", docx("№ [номер]", "Своё"), revision=1)
    assert texts(rt, specialist, draft) == ["№ [номер]", "Своё"]


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", docx("а")[:500]])
def test_what_is_no_docx_replaces_nothing(rt, specialist, draft, content):
    with pytest.raises(InvalidData):
        service.replace_file(rt, specialist, draft, "моё.docx", content, revision=1)
    assert card(rt, specialist, draft).revision == 1


def test_an_issued_document_has_its_number_and_day_in_the_text_and_is_frozen(rt, specialist, draft):
    number = service.issue(rt, specialist, draft, revision=1, signer="Гаврилов П. И.")
    assert number == "КЦСОН-РЕШ-2026-0001"
    assert issued_text(rt, specialist, draft)[0] == f"Решение 12\u00a0января 2026\u00a0г. № {number}"
    found = card(rt, specialist, draft)
    assert (found.number, found.status_words, found.signer) == (number, "выпущен", "Гаврилов П. И.")
    with pytest.raises(Conflict):
        service.save_texts(rt, specialist, draft, {"1": "иначе"}, revision=2)


def test_a_text_without_room_for_the_number_is_not_issued(rt, specialist, draft):
    service.save_texts(rt, specialist, draft, {"0": "Решение"}, revision=1)
    with pytest.raises(InvalidData) as refused:
        service.issue(rt, specialist, draft, revision=2)
    assert "[номер]" in refused.value.errors["text"]
    with rt.database.read() as conn:
        assert conn.execute(select(document_counter)).first() is None


def test_numbers_follow_one_another_by_mark(rt, specialist):
    case_id = make_case(rt, specialist, TEMPLATE)
    first = only_document(rt)
    second = make_document(rt, specialist, case_id, "D25")
    assert service.issue(rt, specialist, second, revision=1).endswith("-0001")
    assert service.issue(rt, specialist, first, revision=1).endswith("-0002")


def test_the_year_of_a_number_is_that_of_the_agencys_clock(rt, specialist, draft):
    rt.clock.set(datetime(2026, 12, 31, 21, 30, tzinfo=UTC))  # half past midnight in Moscow
    assert service.issue(rt, specialist, draft, revision=1) == "КЦСОН-РЕШ-2027-0001"


def test_several_people_issue_at_once_and_no_number_is_lost_or_doubled(rt_both):
    rt = rt_both
    specialist = make_actor(rt, "R05")
    case_id = make_case(rt, specialist, TEMPLATE)
    drafts = [make_document(rt, specialist, case_id, "D25") for _ in range(8)]
    numbers, waiting = [], list(drafts)
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                mine = waiting.pop()
            while True:
                try:
                    number = service.issue(rt, specialist, mine, revision=1)
                except Conflict:
                    continue
                with lock:
                    numbers.append(number)
                break

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"КЦСОН-РЕШ-2026-{value:04}" for value in range(1, 9)]


def test_a_number_that_somebody_else_took_meanwhile_is_not_given_twice(rt, specialist, draft, monkeypatch):
    expected = numbering.expected

    def stolen(conn, series):
        value = expected(conn, series)
        monkeypatch.setattr(numbering, "expected", expected)
        steal(series)
        return value

    def steal(series: numbering.Series) -> None:
        # The reading connection is still open: writing needs another one.
        with rt.database.write() as other:
            other.execute(insert(document_counter), {"name": series.name, "value": 1})

    monkeypatch.setattr(numbering, "expected", stolen)
    assert service.issue(rt, specialist, draft, revision=1) == "КЦСОН-РЕШ-2026-0002"


def test_a_new_version_refers_to_the_old_one_and_replaces_it_when_issued(rt, specialist, draft):
    first = service.issue(rt, specialist, draft, revision=1)
    newer = service.new_version(rt, specialist, draft)
    assert texts(rt, specialist, newer) == [
        f"Решение [дата] № [номер]\nВзамен № {first} от 12\u00a0января 2026\u00a0г.",
        "Признать нуждающейся.",
    ]
    assert card(rt, specialist, draft).status_words == "выпущен"
    second = service.issue(rt, specialist, newer, revision=1)
    assert (first, second) == ("КЦСОН-РЕШ-2026-0001", "КЦСОН-РЕШ-2026-0002")
    assert card(rt, specialist, draft).status_words == "заменён"
    found = card(rt, specialist, newer)
    assert (found.version, found.previous_id) == (2, draft)


def test_a_third_version_names_the_second_and_not_the_first(rt, specialist, draft):
    service.issue(rt, specialist, draft, revision=1)
    newer = service.new_version(rt, specialist, draft)
    second = service.issue(rt, specialist, newer, revision=1)
    third = service.new_version(rt, specialist, newer)
    assert texts(rt, specialist, third)[0].splitlines()[1:] == [
        f"Взамен № {second} от 12\u00a0января 2026\u00a0г."
    ]


def test_one_new_version_at_a_time(rt, specialist, draft):
    service.issue(rt, specialist, draft, revision=1)
    service.new_version(rt, specialist, draft)
    with pytest.raises(Conflict):
        service.new_version(rt, specialist, draft)


def test_only_an_issued_document_gets_a_new_version(rt, specialist, draft):
    with pytest.raises(Conflict):
        service.new_version(rt, specialist, draft)


def test_a_needless_draft_is_put_away_and_leaves_the_list(rt, specialist, draft):
    service.discard(rt, specialist, draft, revision=1)
    case_id = card(rt, specialist, draft).case_id
    with rt.database.read() as conn:
        assert queries.case_documents(conn, specialist, case_id) == []


def test_the_pdf_of_an_issued_document_is_made_once(rt, specialist, draft, monkeypatch):
    number = service.issue(rt, specialist, draft, revision=1)
    first = queries.download_pdf(rt, specialist, draft)
    monkeypatch.setattr("engine.documents.printing.pdf", lambda _: pytest.fail("printed again"))
    assert queries.download_pdf(rt, specialist, draft) == first
    assert first.name == f"Решение {number}.pdf"
    assert number in pypdf.PdfReader(BytesIO(first.content)).pages[0].extract_text()


def test_the_pdf_of_a_draft_shows_the_text_as_it_stands(rt, specialist, draft):
    service.save_texts(rt, specialist, draft, {"1": "Исправлено."}, revision=1)
    printed = queries.download_pdf(rt, specialist, draft)
    assert "Исправлено." in pypdf.PdfReader(BytesIO(printed.content)).pages[0].extract_text()


def test_everything_is_journalled_by_number_only(rt, specialist, draft):
    service.save_texts(rt, specialist, draft, {"1": "Белова"}, revision=1)
    service.issue(rt, specialist, draft, revision=2)
    queries.download_docx(rt, specialist, draft)
    assert deeds(rt) == ["made", "edited", "issued", "view"]
    with rt.database.read() as conn:
        told = [row.details or "" for row in conn.execute(select(audit))]
    assert not any("Белова" in each for each in told)


def test_nothing_readable_lies_in_the_database(rt, specialist, draft):
    service.attach(
        rt, specialist, card(rt, specialist, draft).case_id, "Справка Беловой.txt", "Белова".encode()
    )
    with rt.database.read() as conn:
        kept = [row.data for row in conn.execute(select(content))] + [
            r.name for r in conn.execute(select(attachment))
        ]
    assert not any(data[:2] == b"PK" or "Белов".encode() in data for data in kept)


def test_a_colleague_of_another_agency_sees_no_document(rt, specialist, draft):
    stranger = make_actor(rt, "R05", unit_id=town(rt).administration)
    for attempt in (
        lambda: queries.download_docx(rt, stranger, draft),
        lambda: queries.draft(rt, stranger, draft),
        lambda: service.issue(rt, stranger, draft, revision=1),
        lambda: service.attach(rt, stranger, card(rt, specialist, draft).case_id, "а.txt", b"a"),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attempt()


def test_who_may_only_look_can_not_change(rt, specialist, draft):
    looker = make_actor(rt, "R24", unit_id=town(rt).centre)
    assert queries.download_docx(rt, looker, draft).content
    with pytest.raises(NotAllowed):
        service.save_texts(rt, looker, draft, {"1": "иначе"}, revision=1)


def test_there_is_no_such_document(rt, specialist):
    with pytest.raises(NotFound):
        queries.download_docx(rt, specialist, 999)


def test_files_are_attached_listed_and_given_back(rt, specialist, draft):
    case_id = card(rt, specialist, draft).case_id
    step = task_id(case_id, 5)
    added = service.attach(rt, specialist, case_id, "../скан паспорта.PDF", b"%PDF-1.7 ...", task_id=step)
    with rt.database.read() as conn:
        (found,) = queries.case_attachments(rt, conn, specialist, case_id)
    assert (found.name, found.media_type, found.size, found.task_id) == (
        "_скан паспорта.pdf",
        "application/pdf",
        12,
        step,
    )
    given = queries.download_attachment(rt, specialist, added)
    assert (given.name, given.content) == ("_скан паспорта.pdf", b"%PDF-1.7 ...")
    assert deeds(rt, "attachment") == ["attached", "view"]


def test_a_removed_file_is_gone_from_the_case(rt, specialist, draft):
    case_id = card(rt, specialist, draft).case_id
    added = service.attach(rt, specialist, case_id, "а.txt", b"a")
    service.remove_attachment(rt, specialist, added)
    with rt.database.read() as conn:
        assert queries.case_attachments(rt, conn, specialist, case_id) == []
    with pytest.raises(NotFound):
        queries.download_attachment(rt, specialist, added)


def test_after_the_case_was_erased_its_documents_can_not_be_opened(rt, specialist, draft):
    case_id = card(rt, specialist, draft).case_id
    service.attach(rt, specialist, case_id, "а.txt", b"a")
    with rt.database.read() as conn:
        key = conn.execute(select(case_.c.key_id).where(case_.c.id == case_id)).scalar_one()
    rt.vault.destroy(key)
    with pytest.raises(KeyDestroyed):
        queries.download_docx(rt, specialist, draft)
    with rt.database.read() as conn:
        assert queries.case_attachments(rt, conn, specialist, case_id)[0].name == ""
        assert queries.case_documents(conn, specialist, case_id)[0].title == "Решение"
