"""Uploaded files wait in the database until they are published or dropped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from engine.bootstrap import open_runtime
from engine.definitions.drafts import forget_upload, keep_upload, kept_upload, publish_upload
from engine.definitions.files import Upload
from engine.definitions.tables import definition, upload, upload_file
from engine.errors import DefinitionRefused, MarshrutError, NotAllowed, NotFound
from engine.model import Actor
from engine.runtime import Runtime
from tests.engine.definitions.drawing import form, process, replaced
from tests.factories.access import make_actor

FILES = [process(), form(), Upload("мусор.bin", b"\0\1\2")]


@pytest.fixture
def methodologist(rt: Runtime) -> Actor:
    return make_actor(rt, "R25")


def waiting(rt: Runtime) -> tuple[int, int]:
    with rt.database.read() as conn:
        found = [
            conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (upload, upload_file)
        ]
    return found[0], found[1]


def test_kept_files_survive_a_restart_byte_for_byte(rt: Runtime, methodologist: Actor) -> None:
    number = keep_upload(rt, methodologist, FILES)
    rt.database.close()
    again = open_runtime(rt.settings, rt.clock)
    kept = kept_upload(again, methodologist, number)
    assert kept.files == tuple(FILES)
    assert (kept.by, kept.at) == (methodologist.user_id, rt.clock.now())
    assert kept.file(1) == FILES[1]
    with pytest.raises(NotFound):
        kept.file(3)


def test_files_are_kept_however_bad_they_are(rt: Runtime, methodologist: Actor) -> None:
    odd = Upload("имя\0с/чужими\\знаками" + "д" * 300 + ".bpmn", b"\xff" * 1_000_000)
    kept = kept_upload(rt, methodologist, keep_upload(rt, methodologist, [odd])).file(0)
    assert kept.content == odd.content
    assert kept.name.endswith(".bpmn")


def test_published_files_are_forgotten_in_the_same_commit(rt: Runtime, methodologist: Actor) -> None:
    number = keep_upload(rt, methodologist, FILES[:2])
    made = publish_upload(rt, methodologist, number, "Первая версия")
    assert [each.key for each in made.versions] == ["small", "F1"]
    assert waiting(rt) == (0, 0)
    with pytest.raises(NotFound, match="уже нет"):
        publish_upload(rt, methodologist, number)


def test_refused_files_go_on_waiting(rt: Runtime, methodologist: Actor) -> None:
    number = keep_upload(rt, methodologist, [replaced(process(), "</process>", "")])
    with pytest.raises(DefinitionRefused):
        publish_upload(rt, methodologist, number)
    assert waiting(rt) == (1, 1)


def test_two_who_publish_the_same_upload_publish_it_once(rt: Runtime, methodologist: Actor) -> None:
    number = keep_upload(rt, methodologist, FILES[:2])

    def work(_: int) -> bool:
        try:
            publish_upload(rt, methodologist, number)
        except MarshrutError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(definition)).scalar_one() == 2


def test_dropped_files_are_gone(rt: Runtime, methodologist: Actor) -> None:
    other = keep_upload(rt, methodologist, FILES[:1])
    forget_upload(rt, methodologist, keep_upload(rt, methodologist, FILES))
    assert waiting(rt) == (1, 1)
    assert kept_upload(rt, methodologist, other).files == (FILES[0],)


def test_uploads_are_for_those_who_publish(rt: Runtime, methodologist: Actor) -> None:
    chief, number = make_actor(rt, "R07"), keep_upload(rt, methodologist, FILES)
    for deed in (
        lambda: keep_upload(rt, chief, FILES),
        lambda: kept_upload(rt, chief, number),
        lambda: forget_upload(rt, chief, number),
        lambda: publish_upload(rt, chief, number),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert waiting(rt) == (1, 3)
