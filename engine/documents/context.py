"""What a template may show: the case, the person, the organisation, the answers of the steps.

Names are Russian because methodologists write them in Word. Variables of the case stand at the top under
their own names; `текст` holds the same in words: labels of chosen options instead of their codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from engine.documents.grammar import CASES, declined, in_words
from engine.formjs import FormField
from engine.model import Value
from engine.names import FullName

NUMBER: Final = "[номер]"
DAY: Final = "[дата]"
"""Markers in a draft that are replaced when the document is issued."""

ANNEX: Final = "список_семей"
"""The variable with the families of a letter, which the program puts together when it prints one."""

ADDRESSEE: Final = "адресат"
"""The variable with the name of the organisation to which a document goes, as the page «Партнёры» has it."""

Labels = Mapping[str, Mapping[Value, str]]
"""For each field with options: what people read for a value. Fields of lists are keyed `список.поле`."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the document is about. `sex` is f, m or empty; `papers` the identity document as written."""

    name: FullName
    sex: str = ""
    born: date | None = None
    address: str = ""
    phone: str = ""
    papers: str = ""
    snils: str = ""


@dataclass(frozen=True, slots=True)
class Representative:
    """Who acts for the person, and by what paper."""

    name: str
    relation: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose document it is. `head` signs it; `post` is the head's position."""

    name: str
    short_name: str = ""
    address: str = ""
    head: str = ""
    post: str = ""

    def values(self) -> dict[str, Value]:
        """As templates call them."""
        return {
            "название": self.name,
            "краткое": self.short_name or self.name,
            "адрес": self.address,
            "руководитель": self.head,
            "должность": self.post or "Руководитель",
        }


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case: number, what it is called, its pathway, and when the application was filed."""

    number: str
    label: str
    process: str
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class PrintedTerm:
    """A term of the case on paper: the last day, marked while it may move (empty while there is none), the
    length of its norm, and act and article, with what nobody has checked.
    """

    until: str
    norm: str
    ground: str


@dataclass(frozen=True, slots=True)
class Performer:
    """Who did a step or signs a paper: a short name and a position; empty where nobody is known."""

    name: str = ""
    post: str = ""


def build(
    *,
    case: CaseFacts,
    organisation: Organisation,
    person: Person | None,
    representative: Representative | None,
    performer: Performer,
    steps: Mapping[str, Performer],
    roles: Mapping[str, Performer],
    terms: Mapping[str, PrintedTerm],
    variables: Mapping[str, Value],
    labels: Labels,
    today: date,
    demo: bool,
) -> dict[str, Value]:
    """The context of a template. Names of our own win over variables of the same name. `steps`: who finished
    a step last, by its key; `roles`: who holds a role.
    """
    return {
        **variables,
        "текст": {name: _worded(name, value, labels) for name, value in variables.items()},
        "организация": organisation.values(),
        "дело": {
            "номер": case.number,
            "название": case.label,
            "путь": case.process,
            "заявление": case.filed_at,
        },
        "заявитель": _person(person),
        "представитель": _representative(representative),
        "исполнитель": _signature(performer),
        "шаги": {key: _signature(each) for key, each in steps.items()},
        "роли": {key: _signature(each) for key, each in roles.items()},
        "сроки": {key: _printed(each) for key, each in terms.items()},
        "сегодня": today,
        "номер": NUMBER,
        "дата": DAY,
        "демо": demo,
    }


def labels_of(fields: Iterable[FormField], prefix: str = "") -> dict[str, dict[Value, str]]:
    """The labels of a form's options, ready to be joined with those of other forms."""
    found: dict[str, dict[Value, str]] = {}
    for field in fields:
        key = prefix + field.key
        if field.options:
            found[key] = {value: label for value, label in field.options if isinstance(value, str | bool)}
        found.update(labels_of(field.rows, f"{key}."))
    return found


def _worded(name: str, value: Value, labels: Labels) -> Value:
    if isinstance(value, Mapping):
        return {key: _worded(f"{name}.{key}", item, labels) for key, item in value.items()}
    if isinstance(value, list):
        return [_worded(name, item, labels) for item in value]
    if isinstance(value, str) and name in labels:
        return labels[name].get(value, value)
    return value if value is None or isinstance(value, str | date | time) else in_words(value)


def _signature(performer: Performer) -> dict[str, Value]:
    return {"имя": performer.name, "должность": performer.post}


def _printed(term: PrintedTerm) -> dict[str, Value]:
    return {"до": term.until, "норма": term.norm, "основание": term.ground}


def _person(person: Person | None) -> dict[str, Any] | None:
    if person is None:
        return None
    cases: dict[str, Any] = {}
    for case in CASES:
        name = declined(person.name, case, person.sex)
        cases[case] = name.full()
        cases[f"{case}_кратко"] = name.short()
    return {
        "имя": person.name.full(),
        "кратко": person.name.short(),
        **cases,
        "пол": {"f": "женский", "m": "мужской"}.get(person.sex, ""),
        "родился": person.born,
        "адрес": person.address,
        "телефон": person.phone,
        "документ": person.papers,
        "снилс": person.snils,
    }


def _representative(representative: Representative | None) -> dict[str, Any] | None:
    if representative is None:
        return None
    return {
        "имя": representative.name,
        "кем_приходится": representative.relation,
        "документ": representative.paper,
    }


def _shape() -> dict[str, frozenset[str]]:
    nothing = build(
        case=CaseFacts("", "", "", datetime(2000, 1, 1, tzinfo=UTC)),
        organisation=Organisation(""),
        person=Person(FullName("", "")),
        representative=Representative(""),
        performer=Performer(),
        steps={},
        roles={},
        terms={},
        variables={},
        labels={},
        today=date.min,
        demo=False,
    )
    return {name: frozenset(value if isinstance(value, Mapping) else ()) for name, value in nothing.items()}


OWN: Final[Mapping[str, frozenset[str]]] = _shape()
"""Our own names, and of each what may stand after its dot: nothing, where it is one value or where keys of
steps, roles, terms and fields stand there."""
OF_A_KEY: Final = {
    "шаги": frozenset(_signature(Performer())),
    "роли": frozenset(_signature(Performer())),
    "сроки": frozenset(_printed(PrintedTerm("", "", ""))),
}
"""What may stand after the key of a step, a role or a term."""
WORDED: Final = "текст"
"""After it stand names of variables."""
