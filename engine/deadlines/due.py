"""What is overdue, and the words in which people read a due date.

`is_overdue` is the only definition of the word in the product: lists, badges, counters, reports, reminders
and the colour of a chip come from it. In SQL the same question is `due_at < now AND clock <> PAUSED` over
whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from engine.deadlines.calendar import Calendar, YearStatus
from engine.deadlines.counting import Office, Unit
from engine.deadlines.norms import Norm
from engine.deadlines.russian import NBSP, Forms, bound, counted, day_figures, day_month, day_words, plural
from engine.model import Clock, Due

_WORKING: Forms = ("раб. день", "раб. дня", "раб. дней")
_CALENDAR: Forms = ("день", "дня", "дней")
_IN_FULL: Forms = ("рабочий день", "рабочих дня", "рабочих дней")
_MINUTE = timedelta(minutes=1)
_LEFT: Forms = ("остался", "осталось", "осталось")


def is_overdue(due: Due, now: datetime) -> bool:
    """True when the due moment has passed and the thing isn't done. A paused clock isn't overdue.

    Moments are whole seconds, as in the tables: at 17:00:00 sharp there is still time, at 17:00:01 there is
    none.
    """
    if due.at is None or due.closed_at is not None or due.clock is Clock.PAUSED:
        return False
    return now.replace(microsecond=0) > due.at


def overdue_from(due_at: int) -> int:
    """The first second at which `is_overdue` is true of a running term: timers that wait for its end fire
    then.
    """
    return due_at + 1


def was_late(due: Due) -> bool:
    """True when the thing is done and was done after its due moment, not while its clock stood still."""
    if due.at is None or due.closed_at is None or due.clock is Clock.PAUSED:
        return False
    return due.closed_at.replace(microsecond=0) > due.at


class DueState(StrEnum):
    """What a chip looks like: its colour and icon hang on this."""

    OVERDUE = "overdue"
    TODAY = "today"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    LATE = "late"
    NONE = "none"


def due_state(due: Due, now: datetime, zone: tzinfo) -> DueState:
    """The state of a due date by the clock of an office in this zone."""
    if due.closed_at is not None:
        return DueState.LATE if was_late(due) else DueState.MET
    if due.clock is Clock.PAUSED:
        return DueState.PAUSED
    if due.at is None:
        return DueState.NONE
    if is_overdue(due, now):
        return DueState.OVERDUE
    today = now.astimezone(zone).date()
    return DueState.TODAY if due.at.astimezone(zone).date() == today else DueState.RUNNING


def day_bounds(now: datetime, zone: tzinfo) -> tuple[int, int, int]:
    """(now, first second of tomorrow, first second of next Monday) by a clock in this zone, in seconds."""
    today = now.astimezone(zone).date()
    tomorrow, monday = today + timedelta(1), today + timedelta(7 - today.weekday())
    starts = (datetime.combine(day, time(), zone).timestamp() for day in (tomorrow, monday))
    return int(now.timestamp() // 1), *(int(start) for start in starts)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a clock stands still: since when, for what reason, how many days of the term will remain.

    `less`: what remains when it isn't a whole day, or of a term in hours.
    """

    since: datetime
    reason: str
    remaining: int
    less: timedelta = timedelta()

    def left_words(self, norm: Norm | None, *, in_full: bool = False) -> str:
        """«3 раб. дня» or in full «3 рабочих дня»; «5 ч» when no whole day remains."""
        if not self.remaining and self.less:
            return _clock_words(self.less)
        if norm is not None and norm.unit is not Unit.WORKING_DAYS:
            return counted(self.remaining, _CALENDAR)
        return counted(self.remaining, _IN_FULL if in_full else _WORKING)

    def in_full(self, norm: Norm | None, zone: tzinfo) -> str:
        """«Приостановлен с 15 января, осталось 3 рабочих дня»."""
        since = day_month(self.since.astimezone(zone).date())
        whole = self.remaining or 5
        left = f"{plural(whole, _LEFT)} {self.left_words(norm, in_full=True)}"
        return f"Приостановлен с{NBSP}{since}, {left}"


@dataclass(frozen=True, slots=True)
class DueWords:
    """A due date in words. Empty parts are left out on the page."""

    state: DueState
    left: str
    """«осталось 2 раб. дня», «сегодня · осталось 2 ч 25 мин», «просрочено на 1 раб. день»."""
    until: str = ""
    """«до 21.01.2026», in chips of what is still to come."""
    date_words: str = ""
    """«21 января, ср», «срок был 15 января, чт»; for a pause since when and why."""
    ground: str = ""
    """Act and article: «442-ФЗ, ст. 16»; with «(не сверено)» when nobody has checked them."""
    norm_words: str = ""
    """«10 раб. дней от заявления»."""
    provisional: str = ""
    """«предварительно: календарь 2027 года не подтверждён», while the date may still move. `until` and
    `date_words` say it too.
    """

    @property
    def words(self) -> str:
        """The whole text of the chip."""
        return f"{self.left} · {self.until}" if self.until else self.left


def words(
    due: Due,
    now: datetime,
    calendar: Calendar,
    office: Office,
    norm: Norm | None = None,
    pause: Pause | None = None,
) -> DueWords:
    """The chip and the line under it. A date without a norm is counted in working days."""
    state = due_state(due, now, office.zone)
    ground, norm_words = (norm.ground_words, norm.norm_words) if norm else ("", "")
    local = now.astimezone(office.zone)
    if state is DueState.PAUSED:
        return _paused(pause, local, norm, ground)
    if due.at is None and norm is not None and norm.unit is Unit.SITTING and not due.closed_at:
        waits = "срок появится, когда его назначат"
        return DueWords(state, "заседание не назначено", "", waits, ground, norm_words)
    if due.at is None:
        return DueWords(state, "сделано" if due.closed_at else "без срока")
    at = due.at.astimezone(office.zone)
    count = _Count(calendar, norm.unit if norm else Unit.WORKING_DAYS)
    day = day_words(at.date(), local.date())
    if state is DueState.MET:
        return DueWords(state, "в срок", "", day, ground, norm_words)
    if state is DueState.LATE:
        closed = (due.closed_at or now).astimezone(office.zone)
        return DueWords(state, f"позже {count.past(at, closed)}", "", f"срок был {day}", ground, norm_words)
    if state is DueState.OVERDUE:
        return DueWords(state, _overdue(at, local, count), "", f"срок был {day}", ground, norm_words)
    until = f"до{NBSP}{day_figures(at.date())}"
    if count.in_clock_time:
        until = f"до{NBSP}{at:%H:%M}, {day_figures(at.date())}"
    if provisional := may_move(at, now, calendar, office, norm):
        until, day = f"{until}, предварительно", f"{day} ({provisional})"
    if state is DueState.TODAY:
        left, until = f"сегодня · осталось {_clock_words(at - local)}", ""
    else:
        left = count.left(local, at)
    return DueWords(state, left, until, day, ground, norm_words, provisional)


def may_move(
    due: datetime, now: datetime, calendar: Calendar, office: Office, norm: Norm | None = None
) -> str:
    """Which year may still move a last moment: «предварительно: календарь 2027 года не подтверждён».

    Empty when all its years are confirmed, when it has passed, and for terms in hours.
    """
    if due < now or (norm is not None and norm.unit.in_clock_time):
        return ""
    today, last = now.astimezone(office.zone).date(), due.astimezone(office.zone).date()
    for number in range(today.year, last.year + 1):
        if calendar.year(number).status is not YearStatus.CONFIRMED:
            return f"предварительно: календарь {number}{NBSP}года не{NBSP}подтверждён"
    return ""


def last_day_words(
    due: datetime, now: datetime, calendar: Calendar, office: Office, norm: Norm | None = None
) -> str:
    """A last day as it is printed and kept: «13.01.2027», while it may move «13.01.2027, предварительно»."""
    day = day_figures(due.astimezone(office.zone).date())
    return f"{day}, предварительно" if may_move(due, now, calendar, office, norm) else day


def left_in_full(due: Due, now: datetime, calendar: Calendar, office: Office) -> str:
    """For sentences: «осталось 2 рабочих дня»; empty when no whole working day is left."""
    if due.at is None:
        return ""
    today, last = now.astimezone(office.zone).date(), due.at.astimezone(office.zone).date()
    days = calendar.working_days_between(today, last)
    return f"{plural(days, _LEFT)} {counted(days, _IN_FULL)}" if days > 0 else ""


@dataclass(frozen=True, slots=True)
class _Count:
    """Counts the days between two moments in the unit of the norm."""

    calendar: Calendar
    unit: Unit

    @property
    def in_clock_time(self) -> bool:
        return self.unit.in_clock_time

    def days(self, after: date, to: date) -> tuple[int, Forms]:
        """Days after one day up to and including the other, with their noun.

        Where no working day lies between (the due day was made a day off later), days of the week are
        counted.
        """
        if self.unit is Unit.WORKING_DAYS:
            working = self.calendar.working_days_between(after, to)
            if working:
                return working, _WORKING
        return (to - after).days, _CALENDAR

    def left(self, now: datetime, at: datetime) -> str:
        """«осталось 2 раб. дня»; terms in hours count hours."""
        if self.in_clock_time:
            return f"осталось {_clock_words(at - now)}"
        days, forms = self.days(now.date(), at.date())
        return f"{plural(days, _LEFT)} {counted(days, forms)}"

    def past(self, at: datetime, now: datetime) -> str:
        """«на 1 раб. день»; hours and minutes on the same day and for terms in hours."""
        if self.in_clock_time or at.date() == now.date():
            return f"на {_clock_words(now - at)}" if now - at >= _MINUTE else "меньше чем на минуту"
        return f"на {counted(*self.days(at.date(), now.date()))}"


def _overdue(at: datetime, now: datetime, count: _Count) -> str:
    if not count.in_clock_time:
        if at.date() == now.date():
            return f"срок истёк сегодня в{NBSP}{at:%H:%M}"
        if count.unit is Unit.WORKING_DAYS and not count.calendar.working_days_between(at.date(), now.date()):
            return f"срок истёк {day_month(at.date())} в{NBSP}{at:%H:%M}"
    return f"просрочено {count.past(at, now)}"


def _paused(pause: Pause | None, now: datetime, norm: Norm | None, ground: str) -> DueWords:
    if pause is None:
        return DueWords(DueState.PAUSED, "пауза", ground=ground)
    since = day_month(pause.since.astimezone(now.tzinfo).date())
    return DueWords(
        DueState.PAUSED,
        f"пауза · останется {pause.left_words(norm)}",
        date_words=f"с{NBSP}{since}: {bound(pause.reason)}",
        ground=ground,
    )


def _clock_words(span: timedelta) -> str:
    """«2 ч 25 мин», «25 мин», «2 ч»; whole minutes, cut off."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    if not hours and not minutes:
        return "меньше минуты"
    parts = [f"{hours}{NBSP}ч"] if hours else []
    if minutes:
        parts.append(f"{minutes}{NBSP}мин")
    return NBSP.join(parts)
