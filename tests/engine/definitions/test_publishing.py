"""Publishing: all files together or none, new versions beside the old ones, never in their place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine.access.tables import audit
from engine.definitions.files import Upload
from engine.definitions.queries import definition_content, published_definitions
from engine.definitions.service import Publication, check_upload, publish
from engine.definitions.tables import definition, release
from engine.errors import DefinitionRefused, Finding, NotAllowed
from engine.model import Actor
from engine.runtime import Runtime
from tests.engine.definitions.drawing import DMN, decision, form, process, replaced, template, text_field
from tests.engine.documents.making import docx
from tests.factories.access import make_actor
from tests.factories.cases import diagram, flows, user_task


@pytest.fixture
def methodologist(rt: Runtime) -> Actor:
    return make_actor(rt, "R25")


def everything(rt: Runtime) -> list[tuple[object, ...]]:
    """All rows that publishing may write."""
    with rt.database.read() as conn:
        return [
            *(tuple(row) for row in conn.execute(select(definition).order_by(definition.c.id))),
            *(tuple(row) for row in conn.execute(select(release).order_by(release.c.id))),
            *(tuple(row) for row in conn.execute(select(audit.c.id, audit.c.action).order_by(audit.c.id))),
        ]


def versions(made: Publication) -> list[tuple[str, str, int, bool]]:
    return [(each.kind, each.key, each.version, each.new) for each in made.versions]


def findings(rt: Runtime, *files: Upload) -> list[Finding]:
    return [finding for each in check_upload(rt, files) for finding in each.findings]


def errors(rt: Runtime, *files: Upload) -> list[str]:
    return [finding.rule for finding in findings(rt, *files) if finding.severity == "error"]


def test_a_file_of_each_kind_is_given_back_byte_for_byte(rt: Runtime, methodologist: Actor) -> None:
    files = [process(), decision(), form(), template()]
    made = publish(rt, methodologist, files, "Первая версия")
    assert versions(made) == [
        ("bpmn", "small", 1, True),
        ("dmn", "rate", 1, True),
        ("form", "F1", 1, True),
        ("docx", "D90", 1, True),
    ]
    with rt.database.read() as conn:
        kept = [definition_content(conn, each.id) for each in made.versions]
        rows = published_definitions(conn)
    assert [(name, content) for _, name, content in kept] == [(file.name, file.content) for file in files]
    assert {(row.published_by, row.note, row.published_at) for row in rows} == {
        (methodologist.user_id, "Первая версия", rt.clock.now())
    }


def test_a_file_in_another_encoding_with_windows_line_ends_is_kept_as_it_is(
    rt: Runtime, methodologist: Actor
) -> None:
    text = process().content.decode().replace("><", ">\r\n<")
    written = ('<?xml version="1.0" encoding="windows-1251"?>\r\n' + text).encode("cp1251")
    made = publish(rt, methodologist, [Upload("small.bpmn", written)])
    with rt.database.read() as conn:
        assert definition_content(conn, made.versions[0].id)[2] == written
    assert rt.library.release(made.release_id).process("small").steps["a"].name == "Шаг a"


def test_a_new_version_leaves_the_old_one_as_it_was(rt: Runtime, methodologist: Actor) -> None:
    publish(rt, methodologist, [process()])
    before = everything(rt)[0]
    made = publish(rt, methodologist, [replaced(process(), "Шаг a", "Другой шаг")])
    assert versions(made) == [("bpmn", "small", 2, True)]
    assert before in everything(rt)


def test_the_database_itself_refuses_to_change_what_was_published(rt: Runtime, methodologist: Actor) -> None:
    publish(rt, methodologist, [process()])
    for table, column in ((definition, definition.c.title), (release, release.c.catalogue)):
        for deed in (table.update().values({column: "x"}), table.delete()):
            with pytest.raises(DBAPIError, match="append-only"), rt.database.write() as conn:
                conn.execute(deed)


def test_the_same_bytes_twice_publish_nothing(rt: Runtime, methodologist: Actor) -> None:
    first = publish(rt, methodologist, [process(), form()])
    before = everything(rt)
    again = publish(rt, methodologist, [process(), form(name="переименована.form")])
    assert versions(again) == [("bpmn", "small", 1, False), ("form", "F1", 1, False)]
    assert again.release_id == first.release_id
    assert everything(rt) == before


def test_an_older_version_can_be_brought_back_by_publishing_it_again(
    rt: Runtime, methodologist: Actor
) -> None:
    publish(rt, methodologist, [process()])
    publish(rt, methodologist, [replaced(process(), "Шаг a", "Другой шаг")])
    made = publish(rt, methodologist, [process()])
    assert versions(made) == [("bpmn", "small", 3, True)]
    assert rt.library.release(made.release_id).process("small").steps["a"].name == "Шаг a"


def two_processes() -> Upload:
    """One file with processes `first` and `second`."""
    second = process("second").content.decode()
    inside = second[second.index("<process") : second.index("</definitions>")]
    for own in ("s", "a", "e"):  # ids are unique in a file
        inside = inside.replace(f'="{own}"', f'="{own}2"').replace(f"_{own}", f"_{own}2")
    return replaced(process("first"), "</definitions>", inside + "</definitions>")


def test_each_process_of_a_file_is_found_by_its_own_key(rt: Runtime, methodologist: Actor) -> None:
    made = publish(rt, methodologist, [two_processes()])
    assert versions(made) == [("bpmn", "first", 1, True)]
    catalogue = rt.library.release(made.release_id)
    assert (catalogue.process("first").id, catalogue.process("second").id) == ("first", "second")


def test_a_process_that_moved_to_a_file_of_its_own_comes_back_with_the_file_it_came_from(
    rt: Runtime, methodologist: Actor
) -> None:
    publish(rt, methodologist, [two_processes()])
    publish(rt, methodologist, [replaced(process("second"), "Шаг a", "Свой шаг")])
    made = publish(rt, methodologist, [two_processes()])
    assert "a2" in rt.library.release(made.release_id).process("second").steps


def test_files_published_together_are_checked_against_one_another(rt: Runtime, methodologist: Actor) -> None:
    caller = diagram(
        "caller",
        '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
        '<userTask id="u" name="Шаг" camunda:candidateGroups="R05" camunda:formRef="F1"/>'
        '<callActivity id="c" name="Вызов" calledElement="small"/>'
        '<businessRuleTask id="d" name="Правило" camunda:decisionRef="rate" camunda:resultVariable="итог"/>'
        + flows("s u c d e"),
    )
    alone = findings(rt, caller)
    assert {f.rule for f in alone} >= {"form-unknown", "process-unknown", "decision-unknown"}
    together = [caller, process(), decision(), form()]
    assert not {f.rule for f in findings(rt, *together)} & {
        "form-unknown",
        "process-unknown",
        "decision-unknown",
    }
    publish(rt, methodologist, together)
    assert not {f.rule for f in findings(rt, caller)} & {"form-unknown", "process-unknown"}


def test_one_bad_file_keeps_all_the_others_from_being_published(rt: Runtime, methodologist: Actor) -> None:
    before = everything(rt)
    with pytest.raises(DefinitionRefused) as refused:
        publish(rt, methodologist, [process(), replaced(process("other"), "</process>", "")])
    assert everything(rt) == before
    assert all(finding.message and finding.hint for finding in refused.value.findings)


def test_a_finding_names_the_rule_the_element_the_line_and_what_to_do(rt: Runtime) -> None:
    text = process("small", user_task("a").replace("/>", "/>")).content.decode().replace("><", ">\n<")
    spoilt = text.replace('sourceRef="a" targetRef="e"', 'sourceRef="a" targetRef="nowhere"')
    line = next(n for n, each in enumerate(spoilt.splitlines(), 1) if "nowhere" in each)
    found = next(
        f for f in findings(rt, Upload("small.bpmn", spoilt.encode())) if f.severity == "error" and f.element
    )
    assert (found.element, found.line) == ("f_a_e", line)
    assert found.rule
    assert found.message
    assert found.hint


def test_nobody_but_a_methodologist_publishes(rt: Runtime) -> None:
    chief = make_actor(rt, "R07")
    before = everything(rt)
    with pytest.raises(NotAllowed):
        publish(rt, chief, [process()])
    assert everything(rt) == before


def test_publishing_nothing_changes_nothing(rt: Runtime, methodologist: Actor) -> None:
    publish(rt, methodologist, [process()])
    before = everything(rt)
    publish(rt, methodologist, [])
    assert everything(rt) == before


def test_two_files_with_the_same_key_are_not_published_together(rt: Runtime, methodologist: Actor) -> None:
    twins = [process(), replaced(process(name="копия.bpmn"), "Шаг a", "Другой шаг")]
    found = [f for f in findings(rt, *twins) if f.severity == "error"]
    assert [f.rule for f in found] == ["file-twice", "file-twice"]
    assert "копия.bpmn" in found[0].message
    with pytest.raises(DefinitionRefused):
        publish(rt, methodologist, twins)


def test_the_name_of_the_file_is_kept_without_the_folders_of_the_machine(
    rt: Runtime, methodologist: Actor
) -> None:
    made = publish(rt, methodologist, [process(name="/home-of-demo/processes/small.bpmn")])
    with rt.database.read() as conn:
        assert definition_content(conn, made.versions[0].id)[1] == "small.bpmn"


@pytest.mark.parametrize(
    "file",
    [
        replaced(process(), "Путь small", "П" * 1000),
        process(name="д" * 300 + ".bpmn"),
        process(name="a\0b.bpmn"),
    ],
    ids=["title", "file name", "sign in the file name"],
)
def test_a_long_title_or_file_name_is_cut_and_refuses_nothing(
    rt: Runtime, methodologist: Actor, file: Upload
) -> None:
    made = publish(rt, methodologist, [file])
    with rt.database.read() as conn:
        _, name, content = definition_content(conn, made.versions[0].id)
    assert content == file.content
    assert name.endswith(".bpmn")


NO_DECISION = Upload("empty.dmn", f'<definitions xmlns="{DMN}" id="m" name="m" namespace="x"/>'.encode())


@pytest.mark.parametrize(
    ("file", "rule", "element"),
    [
        (replaced(process(), 'process id="small"', f'process id="{"p" * 81}"'), "file-key", None),
        (replaced(form(), '"id": "F1"', f'"id": "{"F" * 81}"'), "file-key", None),
        (replaced(form(), '"id": "F1"', '"id": "F\\u0000"'), "file-key", None),
        (replaced(form(), '"id": "F1", ', ""), "file-key", None),
        (Upload("д" * 81 + ".docx", docx("Текст")), "file-key", None),
        (process("small", user_task("a" * 81)), "file-long", "a" * 81),
        (process("small", user_task("a", stage="э" * 81)), "file-long", "a"),
        (process("small", user_task("a", status="э" * 81)), "file-long", "a"),
        (process("small", number="ЫЫ" * 11), "file-long", "small"),
        (NO_DECISION, "dmn-no-decision", None),
    ],
)
def test_what_the_tables_can_not_hold_is_refused_with_a_finding(
    rt: Runtime, methodologist: Actor, file: Upload, rule: str, element: str | None
) -> None:
    before = everything(rt)
    found = [f for f in findings(rt, file) if f.severity == "error"]
    assert [(f.rule, f.element) for f in found] == [(rule, element)]
    assert found[0].message
    assert found[0].hint
    with pytest.raises(DefinitionRefused):
        publish(rt, methodologist, [file])
    assert everything(rt) == before


def test_two_who_publish_at_once_lose_nothing(rt: Runtime, methodologist: Actor) -> None:
    publish(rt, methodologist, [process()])
    together = threading.Barrier(4)

    def work(number: int) -> None:
        together.wait(10)
        publish(rt, methodologist, [form(f"F{number}"), replaced(process(), "Шаг a", f"Шаг {number}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with rt.database.read() as conn:
        newest = rt.library.current(conn)
        numbers = conn.execute(
            select(definition.c.version).where(definition.c.key == "small").order_by(definition.c.version)
        )
        assert list(numbers.scalars()) == [1, 2, 3, 4, 5]
        assert conn.execute(select(func.count()).select_from(release)).scalar_one() == 5
    assert set(newest.items["form"]) == {f"F{number}" for number in range(4)}


def test_a_form_that_a_published_process_shows_may_change_its_fields(
    rt: Runtime, methodologist: Actor
) -> None:
    publish(rt, methodologist, [form("F1", text_field("итог"))])
    made = publish(rt, methodologist, [form("F1", text_field("итог"), text_field("примечание"))])
    assert [f.key for f in rt.library.release(made.release_id).form("F1").fields] == ["итог", "примечание"]
