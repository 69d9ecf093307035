"""The cases of the demonstration, one story each, so that every state of the pathway can be looked at.

Working days are counted from the last day of the play: -3 is three working days before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.deadlines.counting import due_moment
from engine.demo import answers
from engine.demo.courses import COMMISSION, HEAD, HEAD_NAME, Course
from engine.demo.playing import Stage, Story
from engine.demo.sitting_days import HELD, NEXT, POLLED_AFTER, Rule, missed_agenda
from engine.demo.sittings import HELD_ENDED
from engine.worklist.service import reassign

VERDICTS = dict[int, str]
"""What the held sitting decides, by the number of the case."""

EXTRA_SITTING = "p04_item/p04_item_ut_extra_sitting"
HANDED = 7
"""How many working days after its application a programme is handed over, usually."""


# --- at the window ----------------------------------------------------------------------------------


def just_filed(course: Course, _: VERDICTS) -> Story:
    yield from course.opened("09:02")


def being_accepted(course: Course, _: VERDICTS) -> Story:
    """Filed by telephone; the registrar has begun to fill in the form."""
    yield from course.opened("09:05", channel="телефон")
    yield course.at(0, "09:30")
    course.take("application", "demina", {"дата_заявления": course.today, "способ_подачи": "на дому"})


def withdrawn(course: Course, _: VERDICTS) -> Story:
    yield from course.accepted()
    course.stage.begin(course.asked(None))
    yield from course.examined()
    yield course.at(3, "10:40")
    course.note("withdrawal", "krylova")
    yield course.at(3, "15:00")
    course.do("close_by_request", "demina", answers.closed_by_request(course.today))


# --- diagnostics ------------------------------------------------------------------------------------


def to_be_examined(course: Course, _: VERDICTS) -> Story:
    """Nobody has taken the visit yet; the requests lie with the specialist."""
    yield from course.accepted("14:30")
    yield course.at(0, "16:05")
    course.take("requests", course.specialist)


def examination_begun(course: Course, _: VERDICTS) -> Story:
    yield from course.accepted()
    course.stage.begin(course.asked(None))
    yield course.at(2, "15:20")
    course.take("examine", "yusupov", course.answers.begun_examination(course.today))


def nobody_at_home(course: Course, _: VERDICTS) -> Story:
    """The visit is overdue: twice nobody was there."""
    yield from course.accepted()
    course.stage.begin(course.asked(5))
    yield course.at(1, "10:00")
    course.take("examine", "yusupov")


def to_be_analysed(course: Course, _: VERDICTS) -> Story:
    yield from course.accepted()
    course.stage.begin(course.asked(2))
    yield from course.examined(2)


def tasks_half_agreed(course: Course, _: VERDICTS) -> Story:
    yield from course.accepted()
    course.stage.begin(course.asked(None))
    yield from course.examined()
    yield course.at(1, "14:40")
    course.take("answers", course.specialist)
    yield from course.analysed(2, "15:00")
    yield course.stage.at(0, "09:15")
    course.take("agree_tasks", course.specialist, course.answers.begun_tasks(course.today))


# --- the draft and the decision ---------------------------------------------------------------------


def draft_handed_to_another(course: Course, _: VERDICTS) -> Story:
    """The draft was begun by a colleague who is on leave now, and handed over by the head of department."""
    yield from course.accepted()
    course.stage.begin(course.asked(4))
    yield from course.examined()
    yield from course.analysed()
    yield from course.agreed()
    yield course.at(3, "10:00")
    course.take("draft", "belova", course.answers.begun_programme())
    yield course.stage.at(-1, "09:50")
    number = course.stage.step(course.case_id, "p03_ut_draft")
    reason = "Белова Н. А. в отпуске, срок уже прошёл"
    stage = course.stage
    reassign(stage.rt, stage.actor("ershova"), number, stage.account("krylova"), reason)


def before_the_commission(course: Course, _: VERDICTS) -> Story:
    yield from course.prepared(answered=1)


def needs_a_sitting_sooner(course: Course, _: VERDICTS) -> Story:
    """The commission sits tomorrow, but its decision is due today: the secretary has to call it sooner."""
    yield from course.prepared(3)


def palliative(course: Course, _: VERDICTS) -> Story:
    """Everything within a day: the programme is due two working days after the application. The agenda of
    tomorrow is closed, the commission is asked in writing.
    """
    yield from course.accepted()
    course.stage.begin(course.asked(None))
    yield from course.examined(0, "11:30")
    yield from course.analysed(0, "13:30")
    yield from course.agreed(0, "14:30")
    yield from course.drafted(1, "09:05")
    yield course.at(1, "09:35")
    note = "Паллиативная помощь: решение нужно за два рабочих дня"
    data = answers.extraordinary_sitting(course.stage.day(NEXT), note, "письменный опрос")
    course.stage.do(course.case_id, EXTRA_SITTING, "lunina", data)


def postponed(course: Course, verdicts: VERDICTS) -> Story:
    """Heard once and put off: it waits for the next sitting."""
    yield from course.prepared()
    verdicts[course.case_id] = "отложено"
    yield course.stage.at(-2, "10:15")
    note = "Комиссия отложила вопрос, он внесён в повестку следующего заседания."
    data = answers.extraordinary_sitting(course.stage.day(1), note)
    course.stage.do(course.case_id, EXTRA_SITTING, "lunina", data)


def refused(course: Course, verdicts: VERDICTS) -> Story:
    yield from course.prepared(3)
    verdicts[course.case_id] = "отказано"
    yield course.stage.at(*HELD_ENDED)
    course.do("refuse", course.specialist, answers.refusal(course.today))
    course.issue("D26", course.specialist, HEAD_NAME)


def to_be_checked_again(course: Course, verdicts: VERDICTS) -> Story:
    yield from course.accepted("09:05")
    course.stage.begin(course.asked(4))
    yield from course.examined(0, "14:00")
    yield from course.analysed(1)
    yield from course.agreed(1, "11:00")
    yield from course.drafted(1, "14:10")
    verdicts[course.case_id] = "доп. проверка"
    yield course.stage.at(HELD + 1, "09:20")
    course.take("extra_check", course.specialist)


def before_the_head(course: Course, _: VERDICTS) -> Story:
    yield from course.prepared(3, answered=2)


def asked_in_writing(course: Course, _: VERDICTS) -> Story:
    """The draft missed the agenda by some hours, its term ends before the next sitting: the members answer in
    writing. The programme has begun.
    """
    yield from course.prepared()
    yield course.at(2, "15:20")
    last = course.stage.day(course.filed + 3 + POLLED_AFTER)
    note = "Семья живёт у соседей, срок решения кончается раньше заседания."
    data = answers.extraordinary_sitting(last, note, "письменный опрос")
    course.stage.do(course.case_id, EXTRA_SITTING, "lunina", data)
    yield from course.finished(5)
    yield from course.handed_over(6)
    yield course.at(8, "11:00")
    course.note("consent", course.specialist)


# --- the programme ----------------------------------------------------------------------------------


def being_signed(course: Course, verdicts: VERDICTS) -> Story:
    yield from course.prepared()
    verdicts[course.case_id] = "одобрено"
    yield course.stage.at(HELD + 1, "10:10")
    course.take("finish_ippsu", course.specialist)


def recognised(course: Course, verdicts: VERDICTS) -> Story:
    """Recognised as in need; nobody has taken the programme yet."""
    yield from course.prepared()
    verdicts[course.case_id] = "одобрено"


def to_be_handed_over(course: Course, verdicts: VERDICTS) -> Story:
    """Signed in time, but the specialist went on leave before it was handed over."""
    yield from course.prepared()
    verdicts[course.case_id] = "одобрено"
    yield from course.finished(6)
    yield course.at(6, "14:10")
    course.take("handover", course.specialist)


def not_signed_in_time(course: Course, _: VERDICTS) -> Story:
    """The term of the programme is over: the case lies before the head of department, work goes on."""
    yield from course.prepared()
    yield from course.recognised_by_head()
    yield course.at(5, "10:00")
    course.take("finish_ippsu", course.specialist)


def active(course: Course, _: VERDICTS) -> Story:
    """The same some weeks ago; the head of department looked into it, and the programme has begun."""
    yield from course.prepared()
    yield from course.recognised_by_head()
    yield course.at(11, "09:30")
    data = answers.lateness_explained(course.stage.later(course.today, 1))
    course.do("overdue", "ershova", data)
    yield from course.finished(11, "16:20")
    yield from course.handed_over(12)
    yield course.at(14, "11:00")
    course.note("consent", course.specialist)


def waiting_for_the_person(course: Course, _: VERDICTS) -> Story:
    yield from course.issued_by_head()


def to_be_reminded(course: Course, _: VERDICTS) -> Story:
    """Thirty days without a word ran out on the last working day."""
    yield from course.issued_by_head()
    yield course.stage.at(0, "09:02")
    course.take("remind", course.specialist)


def to_be_reviewed(course: Course, _: VERDICTS) -> Story:
    """Circumstances changed: the programme is being looked at again."""
    yield from course.issued_by_head()
    yield course.at(12, "10:30")
    course.note("consent", course.specialist)
    yield course.stage.at(-2, "11:40")
    course.note("review_request", course.specialist)
    course.take("review", course.specialist)


def services_refused(course: Course, _: VERDICTS) -> Story:
    yield from course.issued_by_head()
    yield course.at(10, "13:30")
    course.note("refusal", course.specialist)
    course.do("refusal", course.specialist, answers.services_refused(course.today))
    course.issue("D28", course.specialist)


def brought_from_elsewhere(course: Course, _: VERDICTS) -> Story:
    """The programme was copied from elsewhere without its last day: the case stops where that is needed."""
    yield from course.accepted()
    course.stage.begin(course.asked())
    yield from course.examined()
    yield from course.analysed()
    yield from course.agreed()
    yield course.at(3, "10:00")
    copied = {key: value for key, value in course.programme().items() if key != "программа_до"}
    course.stage.do(course.case_id, "p03_ut_draft", course.specialist, copied, checked=False)
    yield from course.recognised_by_head()
    yield course.at(6, "10:30")
    signed = course.answers.signed_programme(course.today, course.until)
    course.stage.do(course.case_id, "p03_ut_finish_ippsu", course.specialist, signed, checked=False)
    yield from course.handed_over()
    yield course.at(9, "10:00")
    course.note("consent", course.specialist)


def long_silent(stage: Stage, _: Mapping[str, Rule]) -> int:
    """On which working day to apply, so that the person is reminded today: their silence is over a week after
    they had their programme.
    """
    calendar, office = stage.rt.calendars.calendar(stage.unit_id), stage.rt.calendars.office(stage.unit_id)
    norm = stage.rt.calendars.norm("T18", stage.day(0))
    for number in range(-15, -40, -1):
        if due_moment(norm.rule, stage.at(number, "12:00"), calendar, office) < stage.at(0, "00:00"):
            return number - HANDED
    raise LookupError("no working day a month ago")


def before_a_missed_agenda(_: Stage, calendars: Mapping[str, Rule]) -> int:
    """On which working day to apply, so that the draft is ready when the agenda of a sitting is closed."""
    return missed_agenda(calendars) - 3


@dataclass(frozen=True, slots=True)
class Plan:
    """One case: who applied, on which working day, how it went, whose case it is, who decides."""

    who: str
    filed: int | Callable[[Stage, Mapping[str, Rule]], int]
    story: Callable[[Course, VERDICTS], Story]
    specialist: str = "krylova"
    decides: str = COMMISSION
    months: int = 12


PLANS = (
    Plan("kochetov", 0, just_filed),
    Plan("fomina", 0, being_accepted),
    Plan("kochetov", -30, withdrawn),
    Plan("mironov", -1, to_be_examined),
    Plan("zuev", -3, examination_begun),
    Plan("panov", -8, nobody_at_home, "belova"),
    Plan("kuzmin", -3, to_be_analysed),
    Plan("lapshin", -3, tasks_half_agreed),
    Plan("samoylov", -6, draft_handed_to_another, "belova"),
    Plan("andreev", -4, before_the_commission),
    Plan("remizov", -5, needs_a_sitting_sooner),
    Plan("belyaev", -1, palliative),
    Plan("oreshkin", -8, postponed),
    Plan("vlasova", -9, refused),
    Plan("gaynutdinov", -7, to_be_checked_again),
    Plan("nazarov", -4, before_the_head, decides=HEAD),
    Plan("voronin", -8, being_signed),
    Plan("tihonov", -8, recognised, "belova"),
    Plan("rozhkova", -8, to_be_handed_over, "belova"),
    Plan("yakushev", -11, not_signed_in_time, "belova", HEAD),
    Plan("larin", -26, active, "belova", HEAD),
    Plan("tsoy", -18, waiting_for_the_person, decides=HEAD),
    Plan("chizhov", long_silent, to_be_reminded, decides=HEAD),
    Plan("krutikov", before_a_missed_agenda, asked_in_writing),
    Plan("andreev", -60, services_refused, "belova", HEAD, 6),
    Plan("tumanova", -58, to_be_reviewed, decides=HEAD, months=6),
    Plan("safin", -25, brought_from_elsewhere, decides=HEAD),
)
