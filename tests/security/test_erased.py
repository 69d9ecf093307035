"""What was destroyed is gone from everywhere, and everything else goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.cases.erasing import erase_case
from engine.cases.queries import case_card, case_history, case_list, case_variables
from engine.cases.service import cancel_case
from engine.cases.tables import case_, outbox
from engine.clock import MovableClock
from engine.copies import make_copy, restore_copy
from engine.deadlines import service as deadlines
from engine.documents.queries import case_attachments, case_documents, download_attachment, download_docx
from engine.errors import KeyDestroyed, MarshrutError
from engine.health import examine
from engine.jobs.sweep import sweep, sweep_until_idle
from engine.model import ERASED, Actor
from engine.records.queries import family_view, find_people, person_brief, person_view
from engine.records.service import erase_family, erase_person
from engine.records.tables import family, person
from engine.runtime import Runtime
from engine.worklist.casework import case_tasks
from engine.worklist.inbox import Filter, inbox_page
from engine.worklist.monitor import overdue_steps
from engine.worklist.step import step_view
from engine.worklist.tables import notice
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    chain,
    complete,
    diagram,
    event,
    flows,
    message,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    signal,
    timer,
    user_task,
)
from tests.security.marks import found
from tests.security.story import WORDS, Told, tell


def destroy_key_of(rt: Runtime, case_id: int) -> None:
    """The key of a case is gone; nothing else was done to its rows."""
    with rt.database.read() as conn:
        key_id = conn.execute(select(case_.c.key_id).where(case_.c.id == case_id)).scalar_one()
    rt.vault.destroy(key_id)


def destroy_all(rt: Runtime, told: Told) -> None:
    """The keys are gone, and the rows still believe in them: so it is in a copy that was restored."""
    for case_id in told.cases:
        destroy_key_of(rt, case_id)
    with rt.database.read() as conn:
        of_person = conn.execute(select(person.c.key_id).where(person.c.id == told.person_id)).scalar_one()
        of_family = conn.execute(select(family.c.key_id).where(family.c.id == told.family_id)).scalar_one()
    rt.vault.destroy(of_person)
    rt.vault.destroy(of_family)


def erase_all(rt: Runtime, told: Told) -> None:
    """The same as an officer does it."""
    for case_id in told.cases[:-1]:
        cancel_case(rt, told.head, case_id, "отозвано согласие")
    for case_id in told.cases:
        erase_case(rt, told.officer, case_id, "акт № 1")
    erase_person(rt, told.officer, told.person_id, "акт № 1")
    erase_family(rt, told.officer, told.family_id, "акт № 1")


def later(rt: Runtime, **by: float) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(**by))


ways_to_destroy = pytest.mark.parametrize("destroy", [destroy_all, erase_all])


@ways_to_destroy
def test_nothing_of_a_destroyed_case_or_person_can_be_opened(
    rt: Runtime, destroy: Callable[[Runtime, Told], None]
) -> None:
    told = tell(rt)
    destroy(rt, told)
    with rt.database.read() as conn:
        for case_id in told.cases:
            card = case_card(rt, conn, told.head, case_id)
            assert card.label == ERASED
            assert case_variables(rt, conn, card) == {}
            assert all(entry.data == {} for entry in case_history(rt, conn, card))
            for file in case_attachments(rt, conn, told.head, case_id):
                assert file.name == ""  # the page says that it was destroyed
            case_documents(conn, told.head, case_id)
        assert {found.name for found in find_people(rt, conn, told.specialist, "Хвылёвская")} <= {ERASED}
        assert person_brief(rt, conn, told.specialist, told.person_id).name == ERASED
    assert person_view(rt, told.specialist, told.person_id).data is None
    assert family_view(rt, told.specialist, told.family_id).label == ERASED
    opening: list[Callable[[], Any]] = [
        lambda: download_docx(rt, told.specialist, told.document_id),
        lambda: download_attachment(rt, told.specialist, told.attachment_id),
    ]
    for each in opening:
        with pytest.raises(KeyDestroyed):
            each()


def test_a_copy_made_before_opens_nothing_more_either(rt: Runtime, tmp_path: Path) -> None:
    told = tell(rt)
    make_copy(rt, tmp_path / "before.zip")
    erase_all(rt, told)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(tmp_path / "keys.db", folder / "keys.db")  # the keys as they are now
    from engine.bootstrap import open_runtime
    from tests.factories.access import make_settings

    settings = make_settings(folder)
    restore_copy(settings, tmp_path / "before.zip", None, force=False)
    old = open_runtime(settings, rt.clock)
    try:
        with old.database.read() as conn:
            cards = case_list(old, conn, told.head, active=None)
            assert {card.label for card in cards} == {ERASED}
            assert all(case_variables(old, conn, card) == {} for card in cards)
            assert person_brief(old, conn, told.specialist, told.person_id).name == ERASED
        assert person_view(old, told.specialist, told.person_id).data is None
    finally:
        old.database.close()
        old.vault.store.database.close()


def test_lists_and_pages_say_that_the_data_are_gone(rt: Runtime) -> None:
    publish_files(rt, chain("small", user_task("a")))
    specialist = make_actor(rt, "R05")
    case = open_case(rt, specialist, "small", {"диагноз": "простуда"})
    other = open_case(rt, specialist, "small")
    specialist = reloaded(rt, specialist)
    destroy_key_of(rt, case.id)
    with rt.database.read() as conn:
        rows = inbox_page(rt, conn, Filter(specialist.queues), rt.clock.now(), specialist.unit_id)
        assert {row.case_id: row.label for row in rows} == {case.id: ERASED, other.id: "семья Лапшиных"}
        assert [row.label for row in case_tasks(rt, conn, case.id, rt.clock.now(), specialist.unit_id)] == [
            ERASED
        ]
        view = step_view(rt, conn, specialist, open_tasks(rt, "a")[0], rt.clock.now())
        assert (view.card.label, view.variables) == (ERASED, {})


def test_a_step_with_a_draft_of_a_destroyed_case_can_still_be_looked_at(rt: Runtime) -> None:
    from engine.worklist.service import save_draft

    publish_files(rt, chain("small", user_task("a")))
    specialist = make_actor(rt, "R05")
    case = open_case(rt, specialist, "small")
    task_id = open_tasks(rt, "a")[0]
    specialist = reloaded(rt, specialist)
    save_draft(rt, specialist, task_id, {"диагноз": "простуда"})
    destroy_key_of(rt, case.id)
    with rt.database.read() as conn:
        assert step_view(rt, conn, specialist, task_id, rt.clock.now()).draft is None


def reloaded(rt: Runtime, actor: Actor) -> Actor:
    from engine.access.actors import load_actor

    return load_actor(rt, actor.user_id)


def test_people_are_told_of_their_other_terms(rt: Runtime) -> None:
    with rt.database.write() as conn:
        deadlines.seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(rt, chain("small", user_task("a", norm="T01"), number="М"))
    specialist = make_actor(rt, "R05")
    erased, living = open_case(rt, specialist, "small"), open_case(rt, specialist, "small")
    destroy_key_of(rt, erased.id)
    later(rt, days=60)
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        told = set(conn.execute(select(notice.c.case_id)).scalars())
        assert living.id in told
        assert overdue_steps(rt, conn, make_actor(rt, "R07"), rt.clock.now())


def test_timers_of_other_cases_fire(rt: Runtime) -> None:
    publish_files(rt, diagram("timed", START + timer("t", "PT1H") + user_task("a") + END + flows("s t a e")))
    specialist = make_actor(rt, "R05")
    erased, _living = open_case(rt, specialist, "timed"), open_case(rt, specialist, "timed")
    destroy_key_of(rt, erased.id)
    later(rt, hours=2)
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a"]


def test_a_signal_reaches_the_other_cases(rt: Runtime) -> None:
    publish_files(
        rt,
        diagram(
            "listens",
            START + event("intermediateCatchEvent", "w", "signal", "sig.go") + user_task("a") + END
            + flows("s w a e"),
            signal("sig.go"),
        ),
        diagram(
            "calls",
            START + user_task("b") + event("endEvent", "e", "signal", "sig.go") + flows("s b e"),
            signal("sig.go"),
        ),
    )  # fmt: skip
    specialist = make_actor(rt, "R05")
    erased, _living = open_case(rt, specialist, "listens"), open_case(rt, specialist, "listens")
    open_case(rt, specialist, "calls")
    destroy_key_of(rt, erased.id)
    complete(rt, specialist, "b")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a"]
    assert promises_left(rt) == 0


def test_a_message_that_an_erased_case_had_sent_does_not_stand_in_the_way(rt: Runtime) -> None:
    publish_files(rt, sender(), receiver())
    specialist = make_actor(rt, "R05")
    erased = open_case(rt, specialist, "sends")
    sweep_until_idle(rt)  # kept: nobody waits yet
    open_case(rt, specialist, "sends")
    sweep_until_idle(rt)
    destroy_key_of(rt, erased.id)
    open_case(rt, specialist, "waits")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a"]
    assert promises_left(rt) == 0


def test_a_message_for_an_erased_case_goes_to_the_next_that_waits(rt: Runtime) -> None:
    publish_files(rt, sender(), receiver())
    specialist = make_actor(rt, "R05")
    erased, _living = open_case(rt, specialist, "waits"), open_case(rt, specialist, "waits")
    sweep_until_idle(rt)
    destroy_key_of(rt, erased.id)
    open_case(rt, specialist, "sends")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a"]
    assert promises_left(rt) == 0


def sender() -> Any:
    thrown = event("endEvent", "e", "message", "msg.news", key="=&quot;всем&quot;")
    return diagram("sends", START + thrown + flows("s e"), message("msg.news"))


def receiver() -> Any:
    caught = event("intermediateCatchEvent", "w", "message", "msg.news", key="=&quot;всем&quot;")
    return diagram("waits", START + caught + user_task("a") + END + flows("s w a e"), message("msg.news"))


def promises_left(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(outbox)).scalar_one())


def test_whoever_still_tries_to_work_on_it_is_told_so(rt: Runtime) -> None:
    publish_files(rt, chain("small", user_task("a")))
    specialist = make_actor(rt, "R05")
    case = open_case(rt, specialist, "small")
    destroy_key_of(rt, case.id)
    with pytest.raises(MarshrutError) as refused:
        complete(rt, specialist, "a")
    assert "уничтожен" in refused.value.message


@ways_to_destroy
def test_the_whole_story_destroyed_leaves_a_sweep_that_ends(
    rt: Runtime, destroy: Callable[[Runtime, Told], None]
) -> None:
    told = tell(rt)
    destroy(rt, told)
    for days in (1, 10, 100):
        later(rt, days=days)
        sweep_until_idle(rt)
        assert sweep(rt).idle


def test_the_look_at_the_health_of_an_instance_tells_of_nobody(rt: Runtime, tmp_path: Path) -> None:
    tell(rt)
    shown = " ".join(f"{sign.message} {sign.hint}" for sign in examine(environment(rt, tmp_path)))
    assert found(WORDS, shown.encode()) == set()


def environment(rt: Runtime, folder: Path) -> dict[str, str]:
    import base64

    return {
        "MARSHRUT_HOME": str(folder),
        "MARSHRUT_DATABASE": rt.settings.database_url,
        "MARSHRUT_MASTER_KEY": base64.b64encode(rt.settings.master_key).decode(),
        "MARSHRUT_SECRET_KEY": rt.settings.secret_key,
    }
