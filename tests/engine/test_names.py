from __future__ import annotations

import pytest

from engine.names import FullName, family_label


def test_a_name_in_full_and_short() -> None:
    name = FullName("Белова", "Наталья", "Александровна")
    assert name.full() == "Белова Наталья Александровна"
    assert name.short() == "Белова\u00a0Н.\u00a0А."


def test_missing_parts_leave_no_gaps() -> None:
    assert FullName("Ким", "Анна").full() == "Ким Анна"
    assert FullName("Ким", "Анна").short() == "Ким\u00a0А."
    assert FullName("Ким").short() == "Ким"


@pytest.mark.parametrize(
    ("family", "label"),
    [
        ("Лапшина", "семья Лапшиных"),
        ("Лапшин", "семья Лапшиных"),
        ("Соловьёв", "семья Соловьёвых"),
        ("Медведева", "семья Медведевых"),
        ("Синицына", "семья Синицыных"),
        ("Раевская", "семья Раевских"),
        ("Донской", "семья Донских"),
        ("Троицкий", "семья Троицких"),
        ("Толстая", "семья Толстых"),
        ("Белый", "семья Белых"),
        ("Тихая", "семья Тихих"),
        ("Крайняя", "семья Крайних"),
        ("Петрова-Водкина", "семья Петровых-Водкиных"),
        ("Черных", "семья Черных"),
        ("Шевченко", "семья Шевченко"),
        ("Мельник", "семья Мельник"),
        ("Ким", "семья Ким"),
        ("Бой", "семья Бой"),
    ],
)
def test_a_family_is_called_by_its_surname_in_the_plural(family: str, label: str) -> None:
    assert family_label(family) == label
