"""Support of families in the demonstration: what the curator does day by day until she goes on leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam, select

from engine.cases.tables import case_
from engine.demo.answers import Data
from engine.demo.courses import Course
from engine.demo.playing import Stage, Story
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import OPEN, task

PROCESS = "p05_family_support"
CURATOR = "belova"
FIRST_DAY, LAST_DAY = -50, -2

_DUE_SOON = (
    select(task.c.id, task.c.node, case_.c.family_id, case_.c.person_id)
    .join_from(task, case_, case_.c.id == task.c.case_id)
    .where(case_.c.process == PROCESS, task.c.status == OPEN, task.c.due_at < bindparam("before"))
    .order_by(task.c.id)
)

SERVICES = {
    "Администрация округа": "Администрация",
    "Юрист центра": "КЦСОН",
    "Школа": "Образование",
}
"""What the plan calls those whom a situation names in other words."""


def supported(stage: Stage, courses: Sequence[Course]) -> Story:
    """Every afternoon the curator does what is due by the evening after next."""
    for number in range(FIRST_DAY, LAST_DAY + 1):
        yield stage.at(number, "15:30")
        with stage.rt.database.read() as conn:
            found = conn.execute(_DUE_SOON, {"before": to_seconds(stage.at(number + 2, "23:59"))}).all()
        for row in found:
            course = _course_of(row, courses)
            stage.finish(row.id, CURATOR, _answers(row.node.rpartition("/")[2], course, stage))


def _course_of(row: AnyRow, courses: Sequence[Course]) -> Course:
    return next(
        each
        for each in courses
        if (each.about.family_id, each.about.person_id) == (row.family_id, row.person_id)
    )


def _answers(node: str, course: Course, stage: Stage) -> Data:
    day = stage.today
    forms: Mapping[str, Data] = {
        "p05_ut_team": team(stage.later(day, 1)),
        "p05_work_ut_plan": plan(course, stage, day),
        "p05_work_ut_contact": {
            "вид_контакта": "call",
            "дата_контакта": day,
            "с_кем_говорили": "мать",
            "итог_контакта": "Рассказала, как дела у детей. План выполняют, новых трудностей нет.",
        },
        "p05_work_ut_report": {
            "сделано": "Работа по плану идёт, встречи проходят по графику.",
            "результат_работы": "Семья стала спокойнее.",
        },
        "p05_measure_ut_service": _given(day, "Проведены три беседы с психологом."),
        "p05_measure_ut_arrange": _given(day, "Помощь организована вместе с ведомством."),
        "p05_measure_ut_result": {
            "итог_меры": "сделано",
            "дата_итога": day,
            "результат_меры": "Трудность стала меньше.",
        },
    }
    return forms[node]


def team(day: date) -> Data:
    """F40."""
    return {
        "команда": [
            {
                "ведомство": "КЦСОН",
                "должность": "психолог",
                "за_что_отвечает": "Беседы с семьёй",
            },
            {
                "ведомство": "Образование",
                "должность": "педагог",
                "за_что_отвечает": "Учёба и досуг",
            },
        ],
        "дата_встречи": day,
        "встреча_как": "очно",
        "согласие_семьи": "согласна",
    }


def plan(course: Course, stage: Stage, day: date) -> Data:
    """F41: what the programme promised, and talks with a psychologist."""
    situation = course.answers.situation
    promised = [
        {
            "задача": situation.goal,
            "мера": each.measure,
            "вид": "другая",
            "исполнитель": SERVICES.get(each.who, each.who),
            "срок": stage.later(day, 25),
        }
        for each in situation.support
    ]
    talks = {
        "задача": "Спокойствие в семье",
        "мера": "Беседы с психологом",
        "вид": "услуга",
        "исполнитель": "КЦСОН",
        "срок": stage.later(day, 45),
    }
    return {
        "цель_сопровождения": situation.goal,
        "новые_меры": [*promised, talks],
        "семья_согласна": "согласна",
    }


def _given(day: date, words: str) -> Data:
    """F42."""
    return {"дата_услуги": day, "что_сделано": words, "кто_участвовал": ["мать"]}
