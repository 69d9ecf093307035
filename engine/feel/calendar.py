"""The proleptic Gregorian calendar without the bounds of `datetime`: any year, counted in whole days."""

from __future__ import annotations

from typing import Final

MAX_YEAR: Final = 999_999_999
"""Years of FEEL run from -999999999 to 999999999."""

_DAYS_IN_MONTH: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_IN_400_YEARS: Final = 146_097


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else _DAYS_IN_MONTH[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    shifted = year if month > 2 else year - 1
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_IN_400_YEARS + day_of_era - 719_468


def from_day_number(number: int) -> tuple[int, int, int]:
    """Year, month and day of the day `number` days after 1970-01-01."""
    era, day_of_era = divmod(number + 719_468, _DAYS_IN_400_YEARS)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day


def plus_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """The same day so many months later, or the last day of that month where it is shorter."""
    year, zero_month = divmod(year * 12 + month - 1 + months, 12)
    return year, zero_month + 1, min(day, days_in_month(year, zero_month + 1))


def weekday(number: int) -> int:
    """1 for Monday to 7 for Sunday of a day counted from 1970-01-01 (a Thursday)."""
    return (number + 3) % 7 + 1


def week_of_year(year: int, month: int, day: int) -> int:
    """The week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday."""
    number = day_number(year, month, day)
    thursday = number - weekday(number) + 4
    thursday_year = from_day_number(thursday)[0]
    return (thursday - day_number(thursday_year, 1, 1)) // 7 + 1
