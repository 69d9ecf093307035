"""Norms: how long a thing may take, from which moment, and by which act.

A norm is a setting with a life of its own: an edition of an act replaces the one before, and a term keeps the
edition it began with. The shipped norms lie in `processes/norms.yaml`; an instance keeps its own in the table
`norm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from engine.deadlines.counting import Rule, Unit, Until
from engine.deadlines.russian import NBSP, Forms, bound, counted
from engine.errors import NotFound
from engine.model import Value


class Start(StrEnum):
    """The event a norm is counted from. What isn't the filing is the moment the step is taken."""

    APPLICATION = "application"
    REGISTERED = "registered"
    RECEIVED = "received"
    DECISION = "decision"
    PROGRAMME = "programme"
    STEP = "step"
    SIGNAL = "signal"
    VISIT = "visit"
    SITTING = "sitting"
    MONTH = "month"
    MONTH_END = "month_end"
    PLAN = "plan"
    CLOSED = "closed"
    CONTRACT_END = "contract_end"
    FOUND = "found"

    @property
    def noun(self) -> str:
        """In the genitive, for «от …», «до …»: «заявления»; empty for a step, which starts when it opens."""
        return _START_NOUNS[self]


_START_NOUNS = {
    Start.APPLICATION: "заявления",
    Start.REGISTERED: "регистрации",
    Start.RECEIVED: "поступления",
    Start.DECISION: "решения",
    Start.PROGRAMME: "вручения программы",
    Start.STEP: "",
    Start.SIGNAL: "сигнала",
    Start.VISIT: "визита",
    Start.SITTING: "заседания",
    Start.MONTH: "начала месяца",
    Start.MONTH_END: "конца месяца",
    Start.PLAN: "утверждения плана",
    Start.CLOSED: "завершения дела",
    Start.CONTRACT_END: "окончания контракта",
    Start.FOUND: "выявления",
}


class Mark(StrEnum):
    """How well a norm is founded. Shown as it is: a number that nobody has checked must not look checked."""

    SEEN = "V"
    REGIONAL = "VR"
    UNCHECKED = "G"
    PRACTICE = "S"
    PROPOSED = "P"

    @property
    def words(self) -> str:
        return _MARK_WORDS[self]


_MARK_WORDS = {
    Mark.SEEN: "сверено с текстом акта",
    Mark.REGIONAL: "по акту другого региона, сверьте со своим",
    Mark.UNCHECKED: "не сверено с актом",
    Mark.PRACTICE: "из практики муниципалитетов, акта нет",
    Mark.PROPOSED: "предложено программой, акта нет",
}


class Step(StrEnum):
    """The rungs that a ladder of reminders may have, in their order."""

    HALF = "half"
    DAY_BEFORE = "day_before"
    DUE = "due"
    PLUS_1 = "plus_1"
    PLUS_3 = "plus_3"


UNVERIFIED = f"(не{NBSP}сверено)"
"""Beside the ground of a norm of any mark but `SEEN`."""

OWNER = "owner"
"""Who is told when it isn't a role: the person (or queue) the step or case belongs to."""


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told at a step of the ladder: `owner` or codes of roles; `red` marks the case."""

    step: Step
    to: tuple[str, ...]
    red: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """How a term may be made longer: by so much, so many times, on whose decision."""

    value: int
    unit: Unit
    by: str
    times: int = 1
    ground: str = ""


COMMISSIONS = {
    "family": "комиссии «Детство. Семья»",
    "kdn": "комиссии по делам несовершеннолетних",
    "contract": "комиссии по социальному контракту",
    "complex": "рабочей группы по комплексной помощи",
    "audit": "комиссии",
    "asked": "комиссии, которой передан вопрос",
}
"""Whose sittings a norm may count, by kind, in the genitive."""

_LENGTHS: Mapping[Unit, Forms] = {
    Unit.WORKING_DAYS: ("раб. день", "раб. дня", "раб. дней"),
    Unit.CALENDAR_DAYS: ("день", "дня", "дней"),
    Unit.MONTHS: ("месяц", "месяца", "месяцев"),
    Unit.HOURS: ("час", "часа", "часов"),
    Unit.MINUTES: ("минута", "минуты", "минут"),
}


@dataclass(frozen=True, slots=True)
class Norm:
    """One edition of a norm.

    A norm with a `variant` replaces the plain norm of its key in cases whose variable `flag` is true: `T14`
    with the flag «паллиативный» is two working days instead of five, and diagrams go on saying `T14`.
    """

    id: int
    key: str
    title: str
    value: int
    unit: Unit
    start: Start
    act: str
    mark: Mark
    valid_from: date
    valid_to: date | None = None
    article: str = ""
    edition: str = ""
    source: str = ""
    """Rows of the table of legal sources, for whoever checks them: `L1`, `L3, L4`."""
    variant: str = ""
    flag: str = ""
    until: Until = Until.CLOSING
    lead: int = 0
    pause: tuple[str, ...] = ()
    """Reasons for which the clock may stand still; none means that it may not."""
    pause_by: str = ""
    """Role that decides on a pause; empty: whoever works on the case."""
    pause_days: int = 0
    """The longest pause in calendar days, after which the clock goes on by itself; 0: as long as needed."""
    within: str = ""
    """Key of the term that this one is a part of: it stands still together with it."""
    commission: str = ""
    """Kind of the commission whose sittings are counted, for a norm in sittings."""
    extension: Extension | None = None
    ladder: tuple[Rung, ...] = ()
    note: str = ""
    rule: Rule = field(init=False, repr=False, compare=False)
    ground: str = field(init=False, repr=False, compare=False)
    """Act and article: «442-ФЗ, ст. 16»."""
    ground_words: str = field(init=False, repr=False, compare=False)
    """The same for lists, letters, sheets, with what nobody has checked: «210-ФЗ, ст. 7.2 (не сверено)»."""
    norm_words: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: lists show hundreds of due dates, and each asks for these.
        object.__setattr__(self, "rule", Rule(self.value, self.unit, self.until, self.lead))
        object.__setattr__(self, "ground", bound(", ".join(filter(None, (self.act, self.article)))))
        words = self.ground if self.verified else " ".join(filter(None, (self.ground, UNVERIFIED)))
        object.__setattr__(self, "ground_words", words)
        object.__setattr__(self, "norm_words", _norm_words(self))

    @property
    def verified(self) -> bool:
        """True when the text of the act was seen."""
        return self.mark is Mark.SEEN

    @property
    def full_key(self) -> str:
        """`T14:palliative` for a variant, the key itself otherwise."""
        return f"{self.key}:{self.variant}" if self.variant else self.key

    @property
    def length(self) -> str:
        """«10 раб. дней», «в тот же день», «до 5-го числа»."""
        if self.unit is Unit.MONTH_DAY:
            return bound(f"до {self.value}-го числа")
        if self.unit is Unit.MONTH_END:
            return f"до конца {self.value}-го месяца"
        if self.unit is Unit.SITTING:
            which = "ближайшее" if self.value == 1 else f"{self.value}-е"
            return bound(f"{which} заседание {COMMISSIONS[self.commission]}")
        if self.value == 0:
            return "в тот же день"
        return counted(abs(self.value), _LENGTHS[self.unit])

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def ended(self, last: date) -> Norm:
        """The same edition, in force until that day."""
        return replace(self, valid_to=last)


def _norm_words(norm: Norm) -> str:
    """«10 раб. дней от заявления», «за 1 раб. день до заседания», «12 месяцев, начать за 30 дней»."""
    noun = norm.start.noun
    if norm.value < 0:
        return f"за {norm.length} до {noun or 'события'}"
    words = norm.length
    if noun and norm.value > 0 and norm.unit is not Unit.MONTH_DAY:
        words += f" {'после' if norm.unit in (Unit.MONTH_END, Unit.SITTING) else 'от'} {noun}"
    return f"{words}, начать за {counted(norm.lead, _LENGTHS[Unit.CALENDAR_DAYS])}" if norm.lead else words


class Norms:
    """All editions of all norms, looked up by key and day or by number."""

    def __init__(self, norms: Iterable[Norm]) -> None:
        self._by_id: dict[int, Norm] = {}
        self._by_key: dict[str, list[Norm]] = {}
        self._variants: dict[str, list[tuple[str, str]]] = {}
        for norm in sorted(norms, key=lambda norm: (norm.valid_from, norm.id), reverse=True):
            self._by_id[norm.id] = norm
            self._by_key.setdefault(norm.full_key, []).append(norm)
            if norm.variant:
                pair = (norm.flag, norm.full_key)
                variants = self._variants.setdefault(norm.key, [])
                if pair not in variants:
                    variants.append(pair)

    def __iter__(self) -> Iterator[Norm]:
        return iter(self._by_id.values())

    def keys(self) -> frozenset[str]:
        """Keys that a diagram may name, variants included."""
        return frozenset(self._by_key)

    def has_variants(self, key: str) -> bool:
        """Whether `find` wants to know the case's variables for this key."""
        return key in self._variants

    def find(self, key: str, on: date, variables: Mapping[str, Value] | None = None) -> Norm:
        """The edition in force on that day, in the variant that the case's variables ask for.

        Raises NotFound when there is no such norm or none was in force.
        """
        if variables:
            for flag, full_key in self._variants.get(key, ()):
                if variables.get(flag) is True:
                    key = full_key
                    break
        for norm in self._by_key.get(key, ()):
            if norm.valid_on(on):
                return norm
        raise NotFound(
            f"Нормы «{key}» нет среди действующих на {on:%d.%m.%Y}.",
            "Проверьте ключ нормы или добавьте её редакцию на странице «Нормы».",
        )

    def by_id(self, number: int) -> Norm:
        """The edition with this number, in force or not: terms keep the edition they began with."""
        norm = self._by_id.get(number)
        if norm is None:
            raise NotFound(f"Нормы с номером {number} нет.", "Обновите страницу.")
        return norm
