"""The register of prevention on a real instance: what a family's records say after it was taken off."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.cases.events import note_event
from engine.cases.messages import deliver_to
from engine.cases.tables import wait
from engine.errors import InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, Value
from engine.records import contacts
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.processes.playing import begin, do, known_to, steps_of

PUT_ON: dict[str, Value] = {
    "категория": "группа риска",
    "риск": "средний",
    "детей": Decimal(2),
    "вывод_проверки": "Родители не заботятся о детях.",
}
SENT: dict[str, Value] = {
    "номер_постановления": "12",
    "дата_постановления": date(2026, 1, 12),
    "кому_направлено": ["семья"],
    "способ_направления": "почта",
    "дата_направления": date(2026, 1, 12),
}
MEASURE: dict[str, Value] = {
    "мера": "Беседа с родителями",
    "вид_помощи": "педагогическая",
    "исполнитель": "Образование",
    "срок": date(2026, 12, 1),
}
PLAN: dict[str, Value] = {
    "цель_ипр": "Родители заботятся о детях сами.",
    "семья_согласна": "согласна",
    "меры_ипр": [MEASURE],
}


@pytest.fixture
def chief(office: Runtime) -> Actor:
    return make_actor(office, "R13", "R12", "R05")


def decided(rt: Runtime, case_id: int, decision: str, **more: Value) -> None:
    """What the commission says of the question that the case has put to it."""
    wanted = select(wait.c.id).where(wait.c.case_id == case_id, wait.c.name == "msg.commission_decision")
    with rt.database.write() as conn:
        waiting = conn.execute(wanted).scalar_one()
        deliver_to(rt, conn, case_id, waiting, "msg.commission_decision", {"решение": decision, **more})
    sweep_until_idle(rt)


def put_on(rt: Runtime, chief: Actor) -> tuple[int, int]:
    """A family on the register with its plan: (case, family)."""
    case, family = begin(rt, chief, "p08_register", **PUT_ON)
    decided(rt, case.id, "одобрено")
    do(rt, chief, case.id, "p08_register_ut_notify", **SENT)
    do(rt, chief, case.id, "p08_register_ut_plan", **PLAN)
    return case.id, family


def test_the_contact_after_a_family_was_taken_off_is_a_contact_with_it(office, chief):
    case_id, family = put_on(office, chief)
    note_event(office, chief, case_id, "msg.move_out", {})
    sweep_until_idle(office)
    moved: dict[str, Value] = {"куда_переехала": "Заречный округ", "номер_письма": "31"}
    do(office, chief, case_id, "p08_register_ut_transfer", **moved, дата_письма=date(2026, 1, 12))
    decided(office, case_id, "одобрено")
    office.clock.set(office.clock.now() + timedelta(days=95))
    sweep_until_idle(office)
    assert set(steps_of(office, case_id)) == {"p08_register_ut_after_off"}
    said: dict[str, Value] = {
        "вид_контакта": "call",
        "положение_семьи": "хорошее",
        "итог_контакта": "Живут дружно.",
    }
    do(office, chief, case_id, "p08_register_ut_after_off", **said, дата_контакта=date(2026, 4, 16))
    with office.database.read() as conn:
        assert contacts.silences(conn, [family], date(2026, 4, 20))[family].last == date(2026, 4, 16)


DONE: dict[str, Value] = {
    "результат_меры": "сделано",
    "вид_работы": "беседа",
    "дата_работы": date(2026, 1, 12),
    "что_сделано": "Родители были на беседе.",
}
ASSESSED: dict[str, Value] = {
    "динамика": "лучше",
    "детей_на_учёте": Decimal(2),
    "обстоятельства_снятия": ["помощь оказана"],
    "вывод_динамики": "Помощь оказана, семья справляется сама.",
}


def test_a_ground_of_leaving_the_register_asks_for_its_proof_and_a_refusal_opens_only_what_is_not_done(
    office, chief
):
    """The commission refuses once: the measure that was done stays done, the reason stays known."""
    case_id, _ = put_on(office, chief)
    do(office, chief, case_id, "p08_prevention_ut_measure", **DONE)
    office.clock.set(office.clock.now() + timedelta(days=100))
    sweep_until_idle(office)
    with pytest.raises(InvalidData) as wrong:
        do(office, chief, case_id, "p08_prevention_ut_assess", **ASSESSED)
    assert set(wrong.value.errors) == {"чем_подтверждено"}
    do(office, chief, case_id, "p08_prevention_ut_assess", **ASSESSED, чем_подтверждено="отчёт школы № 5")
    known = known_to(office, chief, case_id)
    assert known["доказательство"] == "отчёты субъектов профилактики: отчёт школы № 5"
    decided(office, case_id, "отказано", причины="Прошло мало времени.")
    assert "p08_prevention_ut_measure" not in steps_of(office, case_id)
    assert known_to(office, chief, case_id)["причины_решения"] == "Прошло мало времени."
