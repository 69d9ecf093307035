"""What the shipped decision tables answer."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from engine import dmn
from engine.records.crews import FULL_CREW, codes_of
from tests.processes.shipped import PROCESSES, components, forms

FILES = sorted(PROCESSES.rglob("*.dmn"))

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@functools.cache
def models() -> dict[str, dmn.Model]:
    loaded = [dmn.load(path.read_bytes()) for path in FILES]
    return {info.id: model for model in loaded for info in model.decisions}


def decide(key: str, **inputs: Any) -> Any:
    return models()[key].decide(key, inputs)


@every_file
def test_every_expression_can_be_read(path):
    assert dmn.load(path.read_bytes()).faults == ()


@every_file
def test_every_row_says_by_what_act_or_why(path):
    rules = etree.parse(path).iterfind(".//{*}rule")
    assert [rule.get("id") for rule in rules if not rule.findtext("{*}description")] == []


@every_file
def test_cells_hold_words_that_people_read(path):
    """They stand in «Почему так» on the page of a step, and methodologists edit them: «опека», not a key."""
    cells = [str(cell.findtext("{*}text")) for cell in etree.parse(path).iterfind(".//{*}inputEntry")]
    cells += [str(cell.findtext("{*}text")) for cell in etree.parse(path).iterfind(".//{*}outputEntry")]
    assert not [cell for cell in cells if re.search(r'"[a-z_]+"', cell)]


# --- urgency and urgent help ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "urgency", "when"),
    [
        (["угроза жизни"], "критическая", "сейчас"),
        (["насилие", "потеря работы или дохода"], "критическая", "сейчас"),
        (["ребёнок без присмотра"], "критическая", "в течение часа"),
        (["нет крова, тепла или еды"], "высокая", "сегодня"),
        (["нет документов", "неблагополучие"], "высокая", "сегодня"),
        (["неблагополучие"], "высокая", "не позже следующего рабочего дня"),
        (["потеря работы или дохода"], "обычная", "в обычный срок"),
        ([], "обычная", "в обычный срок"),
        (None, "обычная", "в обычный срок"),
    ],
)
def test_the_gravest_sign_gives_the_urgency(signs, urgency, when):
    found = decide("DMN-01", признаки_срочности=signs)
    assert (found["срочность"], found["срок_действия"]) == (urgency, when)


@pytest.mark.parametrize(
    ("need", "kind", "way", "due"),
    [
        ("еда и одежда", "продукты, одежда, обувь", "помощь", "3 рабочих дня"),
        ("деньги", "материальная помощь", "помощь", "3 рабочих дня"),
        ("документы", "восстановление документов", "помощь", "3 рабочих дня"),
        ("жильё", "временное жильё", "место", "сегодня"),
        ("психолог", "экстренная психологическая помощь", "услуга", "1 час"),
        ("юрист", "юридическая помощь", "услуга", "1 рабочий день"),
        ("работа", "содействие в трудоустройстве", "услуга", "3 рабочих дня"),
        ("меры поддержки", "содействие в получении мер поддержки", "услуга", "3 рабочих дня"),
    ],
)
def test_each_need_has_its_kind_of_urgent_help(need, kind, way, due):
    [found] = decide("DMN-03", нужды=[need])
    assert (found["вид"], found["способ"], found["срок"]) == (kind, way, due)


def test_all_needs_are_answered_and_none_gives_nothing():
    assert len(decide("DMN-03", нужды=["деньги", "юрист", "жильё"])) == 3
    assert not decide("DMN-03", нужды=None)


def test_every_need_that_may_be_ticked_has_a_row():
    options = next(part for part in components(forms()["F11"]) if part.get("key") == "нужды")["values"]
    assert [each["value"] for each in options if not decide("DMN-03", нужды=[each["value"]])] == []


# --- the way from the one window -------------------------------------------------------------------

QUIET = {
    "нужды_обращения": [],
    "срочность": "обычная",
    "самообслуживание": "сохранено",
    "доход_семьи": "выше",
}


def ways(**facts: Any) -> list[tuple[str, str]]:
    answer = decide("DMN-02", **QUIET | {name: number(value) for name, value in facts.items()})
    return [(found["маршрут"], found["правило"]) for found in answer or []]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"срочность": "критическая"}, [("срочная помощь", "1")]),
        ({"нужды_обращения": ["срочные"]}, [("срочная помощь", "2")]),
        ({"особенности": ["риск насилия"]}, [("срочная помощь", "3"), ("технология", "12")]),
        ({"самообслуживание": "утрачено полностью"}, [("уход", "4"), ("услуги", "5")]),
        ({"нужды_обращения": ["правовые"]}, [("услуги", "6")]),
        ({"детей": 1, "трудности": [{}]}, [("услуги", "7")]),
        ({"особенности": ["мобилизованный"]}, [("услуги", "8")]),
        ({"особенности": ["зависимость"]}, [("услуги", "9")]),
        ({"детей": 1, "признаки_риска": ["школа"]}, [("сигнал", "10")]),
        ({"доход_семьи": "ниже", "трудоспособных": 1}, [("социальный контракт", "11")]),
        ({"особенности": ["конфликт"]}, [("технология", "13")]),
        ({"особенности": ["юная мать"]}, [("технология", "14")]),
        ({"особенности": ["ребёнок-инвалид"]}, [("технология", "15")]),
        ({"особенности": ["печь"]}, [("технология", "16")]),
        ({"особенности": ["подросток"]}, [("технология", "17")]),
        ({"особенности": ["отдалённое село"]}, [("технология", "18")]),
        ({"нужды_обращения": ["не к нам"]}, [("переадресация", "19")]),
        ({"нужды_обращения": ["сведения"]}, [("консультация", "20")]),
        ({"нужды_обращения": ["выплаты"]}, [("консультация", "21")]),
    ],
)
def test_each_reason_leads_its_way(facts, expected):
    assert ways(**facts) == expected


@pytest.mark.parametrize(
    "facts",
    [
        {"доход_семьи": "ниже", "трудоспособных": 0},
        {"доход_семьи": "неизвестно", "трудоспособных": 2},
        {"признаки_риска": ["школа"], "детей": 0},
        {"детей": 2, "трудности": []},
        {"особенности": None, "признаки_риска": None, "нужды_обращения": None},
    ],
)
def test_half_a_reason_leads_nowhere(facts):
    assert ways(**facts) == []


def test_a_family_may_be_led_several_ways_at_once():
    found = ways(
        нужды_обращения=["сведения", "сопровождение"],
        особенности=["печь"],
        детей=2,
        трудности=[{}],
        срочность="высокая",
    )
    assert found == [("услуги", "6"), ("услуги", "7"), ("технология", "16")]


@pytest.mark.parametrize("key", ["нужды_обращения", "особенности"])
def test_every_tick_of_the_window_leads_somewhere(key):
    [options] = [
        part["values"]
        for name in ("F01", "F04")
        for part in components(forms()[name])
        if part.get("key") == key
    ]
    assert [each["value"] for each in options if not ways(**{key: [each["value"]]})] == []


def test_the_head_may_choose_every_way_that_the_rule_knows():
    options = next(part for part in components(forms()["F05"]) if part.get("key") == "маршруты")["values"]
    path = next(path for path in FILES if path.stem == "dmn_02_route")
    known = {rule.findtext("{*}outputEntry/{*}text") for rule in etree.parse(path).iterfind(".//{*}rule")}
    assert known == {f'"{each["value"]}"' for each in options}


# --- grounds of need ------------------------------------------------------------------------------


def grounds(**facts: Any) -> list[int]:
    return [int(found["код"]) for found in decide("DMN-04", **facts)]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"самообслуживание": "утрачено частично"}, 1),
        ({"самообслуживание": "утрачено полностью"}, 1),
        ({"особенности_семьи": ["инвалид с уходом"]}, 2),
        ({"особенности_семьи": ["ребёнок с трудностями"]}, 3),
        ({"особенности_семьи": ["некому ухаживать"]}, 4),
        ({"неблагополучие": ["насилие"]}, 5),
        ({"тип_жилья": "нет жилья"}, 6),
        ({"работа_и_средства": "нет работы и средств"}, 7),
        ({"иное_обстоятельство": "выпускник детского дома"}, 8),
    ],
)
def test_each_circumstance_of_the_law_is_a_ground(facts, code):
    assert grounds(**facts) == [code]


def test_all_grounds_are_found_in_the_order_of_the_law():
    assert grounds(
        тип_жилья="нет жилья",
        работа_и_средства="нет работы и средств",
        особенности_семьи=["некому ухаживать", "инвалид с уходом"],
    ) == [2, 4, 6, 7]


def test_without_a_circumstance_there_is_no_ground():
    facts = {
        "самообслуживание": "сохранено",
        "особенности_семьи": [],
        "неблагополучие": [],
        "тип_жилья": "дом",
    }
    assert grounds(**facts, работа_и_средства="есть", иное_обстоятельство="") == []


def test_a_ground_says_how_to_prove_it():
    [found] = decide("DMN-04", самообслуживание="утрачено полностью")
    assert "акт обследования" in found["документы"]


# --- category, risk, zone -------------------------------------------------------------------------


def category(**facts: Any) -> tuple[str, str, str]:
    found = decide("DMN-05", **{name: number(value) for name, value in facts.items()})
    return found["категория"], found["риск"], found["зона"]


def number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"положение_соп": True, "детей": 3}, ("СОП", "высокий", "красная")),
        ({"положение_соп": True, "детей": 1}, ("СОП", "высокий", "красная")),
        ({"риск_отобрания": True, "детей": 1}, ("СОП, риск отобрания", "высокий", "красная")),
        ({"признаки_риска": ["насилие", "школа"], "детей": 3}, ("группа риска", "средний", "красная")),
        ({"признаки_риска": ["насилие", "школа"], "детей": 2}, ("группа риска", "средний", "жёлтая")),
        ({"признаки_риска": ["школа"], "детей": 4}, ("ТЖС", "средний", "жёлтая")),
        ({"основания": [{"код": 1}]}, ("ТЖС", "средний", "жёлтая")),
        ({"доход_на_человека": 8000, "прожиточный_минимум": 17000}, ("ТЖС", "средний", "жёлтая")),
        ({"доход_на_человека": 8500, "прожиточный_минимум": 17000}, ("нет", "низкий", "зелёная")),
        ({"основания": [], "признаки_риска": [], "детей": 0}, ("нет", "низкий", "зелёная")),
        ({}, ("нет", "низкий", "зелёная")),
    ],
)
def test_the_first_row_that_fits_gives_category_risk_and_zone(facts, answer):
    assert category(**facts) == answer


def test_a_low_income_puts_the_family_on_the_register_of_incomes():
    found = decide("DMN-05", доход_на_человека=Decimal(5000), прожиточный_минимум=Decimal(17000))
    assert found["регистр"] == "доход ниже порога"


# --- quorum ---------------------------------------------------------------------------------------


def attendance(*takes_part: bool) -> list[dict[str, Any]]:
    return [{"имя": f"Член {n}", "участвует": part} for n, part in enumerate(takes_part, 1)]


@pytest.mark.parametrize(
    ("takes_part", "answer"),
    [
        ((True, True, False), "есть"),
        ((True, False), "есть"),
        ((True, False, False), "нет"),
        ((False, False), "нет"),
    ],
)
def test_half_of_the_members_are_a_quorum(takes_part, answer):
    members = attendance(*takes_part)
    assert decide("DMN-06", члены=members, явка=members)["кворум"] == answer


def test_who_is_missing_and_how_many_are_needed_is_said():
    members = attendance(True, False, False)
    found = decide("DMN-06", члены=members, явка=members)
    assert found["отсутствуют"] == ["Член 2", "Член 3"]
    assert (found["участвуют"], found["нужно"]) == (1, 2)


def test_a_substitute_counts():
    found = decide("DMN-06", члены=attendance(True, False, False), явка=attendance(True, False, False, True))
    assert found["кворум"] == "есть"


def test_a_commission_without_members_has_no_quorum():
    assert decide("DMN-06", члены=[], явка=[])["кворум"] == "нет"


# --- the sum of the sitting -----------------------------------------------------------------------


def items(*kinds: str) -> list[dict[str, Any]]:
    return [{"вид": kind, "номер_дела": str(n)} for n, kind in enumerate(kinds)]


def test_the_sum_agrees_when_every_item_has_its_kind_and_its_decision():
    found = decide("DMN-14", вопросы=items("detect", "remove", "need_status"), решения=[{}, {}, {}])
    assert found["сходится"] is True
    assert found["всего"] == 3


def test_an_item_without_a_decision_is_noticed():
    found = decide("DMN-14", вопросы=items("detect", "remove"), решения=[{}])
    assert found["сходится"] is False
    assert "Решений 1, вопросов 2" in found["пояснение"]


def test_an_item_of_an_unknown_kind_is_noticed():
    found = decide("DMN-14", вопросы=items("detect", "party"), решения=[{}, {}])
    assert (found["сходится"], found["пояснение"]) == (False, "Есть вопросы неизвестного вида: поправьте вид")


def test_the_counters_of_the_report_come_with_the_check():
    found = decide("DMN-14", вопросы=items("detect", "detect", "gsp"), решения=[{}, {}, {}])
    assert {row["вид"]: int(row["число"]) for row in found["по_видам"] if row["число"]} == {
        "detect": 2,
        "gsp": 1,
    }


# --- the crew of a visit --------------------------------------------------------------------------


def crew(*services: str) -> list[dict[str, Any]]:
    return [{"служба": service, "имя": service, "участвует": True} for service in services]


WHOLE = ("opeka", "police", "crb", "kcson")
"""Services of the commission beside the one that leads its visits."""


def gathered(*going: str, asked: Sequence[str] = ("kdn", *WHOLE), **more: Any) -> Any:
    """What the table says of a visit of the commission that its chief specialist leads."""
    facts = {"вид_выезда": "комиссия", "служба_руководителя": "kdn", "срочно": False} | more
    return decide("DMN-06-crew", нужные_службы=list(asked), участники_выезда=crew(*going), **facts)


def missing(found: dict[str, Any]) -> list[str]:
    return [each["название"] for each in found["кого_нет"]]


def test_the_commission_is_full_when_all_its_services_go():
    found = gathered(*WHOLE)
    assert (found["полный"], found["едем"], missing(found)) == (True, True, [])


def test_the_table_and_the_records_name_the_same_services():
    assert tuple(codes_of(gathered()["обязательные"])) == FULL_CREW


def test_a_smaller_crew_that_was_asked_does_not_make_the_commission_full():
    found = gathered("opeka", asked=["opeka"])
    assert (found["полный"], found["можно"], missing(found)) == (
        False,
        False,
        ["полиция", "больница", "КЦСОН"],
    )


def test_the_commission_is_not_full_without_its_own_specialist():
    assert missing(gathered(*WHOLE, служба_руководителя="education")) == ["КДН и ЗП"]


def test_who_is_missing_is_named_and_holds_up_a_planned_visit():
    found = gathered("opeka", "kcson")
    assert (found["полный"], found["можно"], found["едем"]) == (False, False, False)
    assert found["пояснение"] == "Состав неполный: полиция, больница"


def test_an_urgent_visit_goes_with_those_who_were_asked_and_is_not_full():
    found = gathered("opeka", "police", asked=["opeka", "police"], срочно=True)
    assert (found["полный"], found["едем"]) == (False, True)
    assert found["пояснение"] == "Состав неполный: больница, КЦСОН. Выезд срочный, их не ждали"


def test_an_urgent_visit_may_go_without_who_declined_when_somebody_says_why():
    found = gathered("opeka", asked=["opeka", "police"], срочно=True)
    assert (found["полный"], found["можно"], found["едем"]) == (False, True, False)


def test_a_visit_of_some_services_needs_those_who_were_asked():
    def of_services(*going: str) -> Any:
        return gathered(*going, asked=["kcson"], вид_выезда="службы", служба_руководителя=None)

    assert (of_services("kcson")["полный"], of_services()["полный"]) == (True, False)
    assert missing(of_services()) == ["КЦСОН"]


def test_who_declined_does_not_go():
    refused = [{"служба": "opeka", "имя": "Громов", "участвует": False}]
    found = decide("DMN-06-crew", нужные_службы=["opeka"], участники_выезда=refused, срочно=False)
    assert missing(found) == ["опека"]


def test_a_visit_that_needs_nobody_else_is_full():
    assert decide("DMN-06-crew", нужные_службы=[], участники_выезда=[], срочно=False)["полный"] is True
    assert decide("DMN-06-crew", нужные_службы=None, участники_выезда=[], срочно=False)["полный"] is True


# --- how often to see a family --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "months", "days"),
    [
        ({"категория": "СОП", "риск": "высокий"}, 1, 7),
        ({"категория": "СОП, риск отобрания", "риск": None}, 1, 7),
        ({"категория": "ТЖС", "риск": "высокий"}, 1, 7),
        ({"категория": "группа риска", "риск": "средний"}, 2, 14),
        ({"категория": "ТЖС", "риск": "средний"}, 3, 30),
        ({"категория": None, "риск": "средний"}, 2, 14),
        ({"категория": "нет", "риск": "низкий"}, 3, 30),
        ({"категория": None, "риск": None}, 3, 30),
    ],
)
def test_the_worse_the_family_is_the_more_often_it_is_seen(facts, months, days):
    found = decide("DMN-07", **facts)
    assert (int(found["выезд_месяцев"]), int(found["контакт_дней"])) == (months, days)


# --- support of a family ---------------------------------------------------------------------------

REVIEWED: dict[str, Any] = {
    "стало_хуже": False,
    "достигнуто": "меньше половины",
    "без_результата": Decimal(0),
    "срок_вышел": False,
    "менять_план": False,
}


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "продолжать"),
        ({"стало_хуже": True, "достигнуто": "все"}, "усилить"),
        ({"достигнуто": "все", "без_результата": Decimal(2)}, "завершить"),
        ({"без_результата": Decimal(2), "менять_план": True}, "комиссия"),
        ({"менять_план": True, "срок_вышел": True}, "изменить"),
        ({"достигнуто": "больше половины", "срок_вышел": True}, "продлить"),
        ({"достигнуто": "больше половины"}, "продолжать"),
        ({"срок_вышел": True}, "изменить"),
    ],
)
def test_a_review_of_support_proposes_what_to_do_and_safety_comes_first(facts, outcome):
    assert decide("DMN-08", **{**REVIEWED, **facts})["исход"] == outcome


def test_every_reason_of_the_closing_form_has_its_end_and_only_a_family_that_copes_is_looked_after():
    [field] = [part for part in components(forms()["F47"]) if part.get("key") == "основание_завершения"]
    ends = {
        each["value"]: decide("DMN-08-end", основание_завершения=each["value"]) for each in field["values"]
    }
    assert {reason for reason, end in ends.items() if end["контроль"]} == {
        "положительная реабилитация",
        "совершеннолетие",
    }
    assert len({end["итог"] for end in ends.values()}) == 5


# --- off the preventive register ------------------------------------------------------------------


def off(**facts: Any) -> list[int]:
    known = {
        "меры_выполнены": False,
        "спокойных_кварталов": 0,
        "детей_на_учёте": 2,
        "обстоятельства_снятия": [],
    }
    found = decide("DMN-10", **{name: number(value) for name, value in {**known, **facts}.items()})
    return [int(row["код"]) for row in found]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"меры_выполнены": True, "спокойных_кварталов": 1}, []),
        ({"спокойных_кварталов": 3}, []),
        ({"меры_выполнены": True, "спокойных_кварталов": 2}, [1]),
        ({"обстоятельства_снятия": ["помощь оказана"]}, [2]),
        ({"детей_на_учёте": 0}, [3]),
        ({"обстоятельства_снятия": ["переезд"]}, [4]),
        ({"обстоятельства_снятия": ["устройство детей", "смерть"]}, [5, 6]),
        ({"обстоятельства_снятия": ["не подтвердилось"]}, [7]),
        ({"детей_на_учёте": None, "спокойных_кварталов": None, "обстоятельства_снятия": None}, []),
    ],
)
def test_a_family_is_taken_off_on_one_of_the_grounds_of_the_region(facts, codes):
    assert off(**facts) == codes


def test_a_ground_of_taking_off_says_how_to_prove_it():
    [found] = decide("DMN-10", обстоятельства_снятия=["переезд"], детей_на_учёте=Decimal(1))
    assert found["доказательство"] == "сопроводительное письмо с делом"


# --- terms of answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "partner", "urgent", "term"),
    [
        ("запрос", "sfr", False, (5, "рабочие дни")),
        ("письмо", "education", False, (30, "календарные дни")),
        ("уведомление", "kdn", False, (3, "рабочие дни")),
        ("направление", "czn", False, (10, "рабочие дни")),
        ("запрос", "opeka", True, (1, "рабочие дни")),
        ("уведомление", "police", True, (0, "рабочие дни")),
        ("ходатайство", "crb", True, (10, "рабочие дни")),
    ],
)
def test_a_document_waits_for_its_answer_as_long_as_its_kind_and_partner_say(kind, partner, urgent, term):
    found = decide("DMN-09", вид_документа=kind, партнёр=partner, срочно=urgent)
    assert (found["дней"], found["единица"]) == term


@pytest.mark.parametrize(("kind", "days"), [("запрос", 2), ("письмо", 30)])
def test_only_a_request_that_goes_electronically_is_answered_in_two_days(kind, days):
    found = decide("DMN-09", вид_документа=kind, партнёр="sfr", срочно=False, электронно=True)
    assert (found["дней"], found["единица"]) == (days, "календарные дни")
