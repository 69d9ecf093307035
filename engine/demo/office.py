"""What happens in the office beside the cases: leave, a form corrected, cards joined, a family that moves."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.access.absences import add_absence
from engine.definitions.files import Upload
from engine.definitions.service import publish
from engine.demo.courses import Course
from engine.demo.people import Registered
from engine.demo.playing import Stage, Story
from engine.demo.town import COLLEAGUES, Town
from engine.records.merging import Wanted, merge_people
from engine.records.pairs import compare, pairs
from engine.records.queries import person_view
from engine.resources import forms_dir
from engine.worklist.notices import mark_all_read
from engine.worklist.relocation import move_family


def on_leave(stage: Stage) -> Story:
    """A specialist goes on leave; a colleague stands in for her."""
    yield stage.at(-2, "16:30")
    add_absence(
        stage.rt,
        stage.actor("ershova"),
        absent_id=stage.account("belova"),
        substitute_id=stage.account("krylova"),
        first_day=stage.day(-1),
        last_day=stage.day(8),
    )


def form_corrected(stage: Stage) -> Story:
    """The methodologist adds an answer to a form; cases opened before keep the form they began with."""
    yield stage.at(-20, "11:00")
    form = json.loads((forms_dir() / "F57.form").read_bytes())
    fields = (field for group in form["components"] for field in group.get("components", ()))
    channel = next(field for field in fields if field.get("key") == "способ_контакта")
    channel["values"].append({"label": "В мессенджере", "value": "мессенджер"})
    content = json.dumps(form, ensure_ascii=False, indent=2).encode()
    note = "Добавлен способ связи: мессенджер"
    publish(stage.rt, stage.actor("lanskaya"), [Upload("F57.form", content)], note)


def cards_joined(stage: Stage, about: Registered) -> Story:
    """The registrar finds two cards of one person, compares them and makes them one."""
    yield stage.at(-10, "09:50")
    registrar = stage.actor("demina")
    with stage.rt.database.read() as conn:
        [pair] = pairs(stage.rt, conn, registrar, person_id=about.person_id)
    found = compare(stage.rt, registrar, about.person_id, max(pair.first_id, pair.second_id))
    kept, gone = found.kept, found.gone
    merge_people(stage.rt, registrar, Wanted(kept.id, gone.id, kept.version, gone.version))


def moved_house(stage: Stage, about: Registered, town: Town) -> Story:
    """A supported family moves to a village that another department serves: its case goes there."""
    yield stage.at(-4, "11:35")
    place = "Заозерье"
    address = f"{town.settlement_words[place]}, ул. Озёрная, 5"
    if about.family_id is not None:
        move_family(stage.rt, stage.actor("ershova"), about.family_id, town.settlements[place], address)


def evening(stage: Stage) -> Story:
    """Everybody has read what came up to the evening before the last day."""
    yield stage.at(-1, "16:55")
    for colleague in COLLEAGUES:
        mark_all_read(stage.rt, stage.actor(colleague.login))


def cards_looked_at(stage: Stage, courses: Sequence[Course]) -> Story:
    """Cards are opened in the morning: the journal of views has something to show."""
    yield stage.at(0, "09:20")
    for course in courses[2:6]:
        person_view(stage.rt, stage.actor("krylova"), course.about.person_id, case_id=course.case_id)
