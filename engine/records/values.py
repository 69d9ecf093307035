"""What is known of a person, as values: checked when it comes in, sealed as JSON when it is kept."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from engine.deadlines.russian import Forms, counted
from engine.errors import InvalidData
from engine.names import FullName
from engine.records.lengths import too_long

FEMALE, MALE = "f", "m"

RELATIONS = {
    "mother": "мать",
    "father": "отец",
    "child": "ребёнок",
    "guardian": "опекун",
    "ward": "подопечный",
    "spouse": "супруг, супруга",
    "grandparent": "бабушка, дедушка",
    "sibling": "брат, сестра",
    "partner": "сожитель, сожительница",
    "other": "другой родственник",
}
"""Part of a person in a family."""

PAPERS = ("паспорт", "свидетельство о рождении", "другой документ")
"""Kinds of identity documents, as they are kept."""

SETTLEMENT_KINDS = ("город", "посёлок", "село", "деревня", "хутор", "станица", "аул")
"""As addresses call them."""

RURAL_KINDS = frozenset(("село", "деревня", "хутор", "станица", "аул"))
"""Those that are in the country whatever is said; a посёлок may be either."""

YEARS: Forms = ("год", "года", "лет")
MONTHS: Forms = ("месяц", "месяца", "месяцев")
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A passport, a birth certificate and so on, as written on it."""

    kind: str
    series: str = ""
    number: str = ""
    issued_by: str = ""
    issued_on: str = ""


@dataclass(frozen=True, slots=True)
class Representative:
    """Who acts for the person, and by what paper."""

    name: str
    relation: str = ""
    phone: str = ""
    paper: str = ""
    until: str = ""
    """The last day of the paper, ISO; empty when it has none."""

    @property
    def last_day(self) -> date | None:
        """The same as a day."""
        return date.fromisoformat(self.until) if self.until else None


@dataclass(frozen=True, slots=True)
class PersonData:
    """Everything personal that the register keeps of somebody. What is not known is empty."""

    name: FullName
    sex: str = ""
    birth: date | None = None
    phone: str = ""
    address: str = ""
    document: IdentityDocument | None = None
    representative: Representative | None = None
    note: str = field(default="")
    snils: str = ""
    """«112-233-445 95», the insurance number."""


def checked(data: PersonData, today: date) -> PersonData:
    """The same with names and telephone tidied; InvalidData names each field to correct."""
    name = FullName(
        *(" ".join(part.split()) for part in (data.name.family, data.name.given, data.name.patronymic))
    )
    phone = tidy_phone(data.phone)
    faults = {}
    if not name.family:
        faults["family"] = "Напишите фамилию."
    if data.birth is not None and not EARLIEST_BIRTH <= data.birth <= today:
        faults["birth"] = "Проверьте дату рождения: она в будущем или слишком давняя."
    if data.phone and phone is None:
        faults["phone"] = "В номере телефона должно быть 10 цифр после +7."
    snils = tidy_snils(data.snils) if data.snils else ""
    if data.snils and snils is None:
        faults["snils"] = "Проверьте СНИЛС: в нём 11 цифр, две последние — контрольные."
    if data.representative is not None and not _is_day(data.representative.until):
        faults["until"] = "Напишите, до какого дня действует документ представителя: день, месяц и год."
    if data.sex not in {"", FEMALE, MALE}:
        faults["sex"] = "Выберите пол из списка."
    faults |= too_long(_texts(data, name))
    if faults:
        raise InvalidData("Сведения о человеке не сохранены.", faults)
    return PersonData(
        name=name,
        sex=data.sex,
        birth=data.birth,
        phone=phone or "",
        address=" ".join(data.address.split()),
        document=data.document,
        representative=data.representative,
        note=data.note.strip(),
        snils=snils or "",
    )


def _texts(data: PersonData, name: FullName) -> dict[str, str]:
    """Everything that somebody typed, as the form calls it."""
    document, representative = data.document, data.representative
    found = {
        "family": name.family, "given": name.given, "patronymic": name.patronymic,
        "address": data.address.strip(), "note": data.note.strip(),
    }  # fmt: skip
    if document is not None:
        found |= {f"document_{part}": getattr(document, part) for part in ("series", "number", "issued_by")}
    if representative is not None:
        parts = ("name", "relation", "phone", "paper")
        found |= {f"representative_{part}": getattr(representative, part) for part in parts}
    return found


def _is_day(text: str) -> bool:
    """True for an ISO date and for nothing."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def tidy_phone(text: str) -> str | None:
    """«+7 912 345-67-89», or None when it is no Russian number."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    if len(digits) != 10:
        return None
    return f"+7 {digits[:3]} {digits[3:6]}-{digits[6:8]}-{digits[8:]}"


def tidy_snils(text: str) -> str | None:
    """«112-233-445 95», or None when the digits are not eleven or the last two do not prove the others."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 11:
        return None
    proof = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False))
    if proof % 101 % 100 != int(digits[9:]):
        return None
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def age_words(birth: date | None, today: date) -> str:
    """«34 года», «7 месяцев» in the first year, or nothing when the birth date is not known."""
    if birth is None:
        return ""
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    return counted(months // 12, YEARS) if months >= 12 else counted(max(months, 0), MONTHS)


def to_json(data: PersonData) -> dict[str, Any]:
    """As it is sealed."""
    return {**asdict(data), "birth": data.birth.isoformat() if data.birth else None}


def from_json(kept: dict[str, Any]) -> PersonData:
    """As it was sealed."""
    return PersonData(
        name=FullName(**kept["name"]),
        sex=kept["sex"],
        birth=date.fromisoformat(kept["birth"]) if kept["birth"] else None,
        phone=kept["phone"],
        address=kept["address"],
        document=IdentityDocument(**kept["document"]) if kept["document"] else None,
        representative=Representative(**kept["representative"]) if kept["representative"] else None,
        note=kept["note"],
        snils=kept.get("snils", ""),
    )
