"""Working time between moments, for reports that ask for it hundreds of thousands of times.

It is that of `engine.deadlines.interruptions.time_left` (a working day is as long as the office is open, a
day that closes earlier counts as a whole one); what a day is, is asked once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office

_BEGIN = date(2024, 1, 1)
"""From here working days are counted, either way."""
_QUARTER = 900
"""Seconds: no zone begins its day at another moment than a quarter of an hour."""


@dataclass(slots=True)
class _Day:
    """Of a day: working seconds up to its opening, when it opens, as how long it counts, how long it is open;
    0: it is not worked.
    """

    before: int
    opens: int
    length: int
    open_for: int


@dataclass(slots=True)
class WorkingTime:
    """The clock of an office that stands still while it is closed."""

    calendar: Calendar
    office: Office
    _days: dict[date, _Day] = field(default_factory=dict)
    _dates: dict[int, date] = field(default_factory=dict)

    def day_of(self, moment: int) -> date:
        """On which day by the clock of the office a moment (in seconds) was."""
        quarter = moment // _QUARTER
        found = self._dates.get(quarter)
        if found is None:
            found = self._dates[quarter] = datetime.fromtimestamp(moment, self.office.zone).date()
        return found

    def between(self, since: int, until: int) -> int:
        """Working seconds from one moment to the other; 0 when they lie the other way round."""
        return max(self._at(until) - self._at(since), 0) if until > since else 0

    def _at(self, moment: int) -> int:
        """How far the clock had run at that moment, counted from any one beginning."""
        number = self.day_of(moment)
        day = self._days.get(number)
        if day is None:
            day = self._days[number] = self._look_at(number)
        if not day.open_for:
            return day.before
        passed = moment - day.opens
        if passed >= day.open_for:
            return day.before + day.length
        return day.before + max(passed, 0) * day.length // day.open_for

    def _look_at(self, number: date) -> _Day:
        opens = self.office.opens(number)
        usual = datetime.combine(number, self.office.closing, self.office.zone)
        length = (usual - opens) // timedelta(seconds=1)
        worked = self.calendar.working_days_between(_BEGIN, number)
        kind = self.calendar.day(number).kind
        if not kind.works:
            return _Day(worked * length, int(opens.timestamp()), length, 0)
        open_for = (self.office.closes(number, kind) - opens) // timedelta(seconds=1)
        return _Day((worked - 1) * length, int(opens.timestamp()), length, open_for)
