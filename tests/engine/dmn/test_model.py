"""Models: requirements, functions, services, types, boxed expressions, several files."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import (
    attribute,
    decide,
    decision,
    field,
    function,
    input_data,
    item,
    literal,
    model,
    requirement,
    requirements,
    table,
    text,
    variable,
)


def boxed(logic: str, **inputs: Any) -> Any:
    """The value of a decision with this logic."""
    return decide(model(decision("Р", logic)), "Р", **inputs)


def entry(name: str | None, logic: str, type: str | None = None) -> str:
    return f"<contextEntry>{'' if name is None else variable(name, type)}{logic}</contextEntry>"


# Requirements

CHAIN = model(
    input_data("доход", "number"),
    input_data("состав", "number"),
    decision("на человека", literal("доход / состав"), "in доход", "in состав"),
    decision("нуждается", literal("на человека < 10000"), "на человека"),
)


def test_a_decision_uses_the_decisions_and_data_it_requires():
    assert decide(CHAIN, "нуждается", доход=30000, состав=4) is True


def test_a_decision_is_found_by_its_id_and_by_its_name():
    xml = model('<decision id="d1" name="Первое">' + literal("1") + "</decision>")
    assert [decide(xml, name) for name in ("d1", "Первое")] == [1, 1]


def test_an_unknown_decision_is_an_error_that_lists_the_known():
    with pytest.raises(dmn.DmnError) as caught:
        decide(CHAIN, "размер")
    assert caught.value.message == "Решения «размер» в файле нет."
    assert caught.value.hint == "В нём есть: «на человека», «нуждается»."


def test_data_that_are_not_required_are_not_seen():
    xml = model(input_data("доход"), decision("Р", literal("доход")))
    explained = dmn.load(xml).explain("Р", {"доход": 1})
    assert explained.value is None
    (warning,) = explained.warnings
    assert (warning.decision, warning.message, warning.text) == (
        "Р",
        "Нет значения с именем «доход».",
        "доход",
    )


def test_data_that_no_model_declares_are_seen_by_all():
    assert decide(model(decision("Р", literal("доход + 1"))), "Р", доход=1) == 2


def test_the_result_of_a_required_decision_may_be_given():
    assert decide(CHAIN, "нуждается", **{"на человека": 500}) is True


def test_a_model_tells_its_decisions_and_the_data_they_need():
    infos = {info.name: info.inputs for info in dmn.load(CHAIN).decisions}
    assert infos == {"на человека": ("доход", "состав"), "нуждается": ("доход", "состав")}
    loose = dmn.load(model(decision("Р", literal("доход / состав"))))
    assert loose.inputs_of("Р") == ("доход", "состав")


def test_decisions_that_need_each_other_in_a_circle_are_an_error():
    xml = model(decision("а", literal("б"), "б"), decision("б", literal("а"), "а"))
    with pytest.raises(dmn.DmnError, match="зависит само от себя"):
        decide(xml, "а")
    loaded = dmn.load(xml)
    assert [fault.message for fault in loaded.faults] == ["Решение «б» зависит само от себя."]
    assert loaded.inputs_of("а") == ()


def test_a_long_row_of_decisions_is_no_deep_one():
    links = [decision(f"д{n}", literal(f"д{n - 1} + 1"), f"д{n - 1}") for n in range(1, 2000)]
    assert decide(model(decision("д0", literal("0")), *links), "д1999") == 1999


def test_references_may_name_the_namespace_of_the_file_itself():
    needs = requirement("informationRequirement", "requiredDecision", "urn:test#а")
    xml = model(
        decision("а", literal("1")), f'<decision name="б" id="б">{needs}{literal("а + 1")}</decision>'
    )
    assert decide(xml, "б") == 2


def test_names_with_signs_are_known_from_the_requirements():
    xml = model(
        input_data("доход-нетто", "tДоход"),
        item("tДоход", field("за 1/2 года", "number")),
        decision("Р", literal("доход-нетто.за 1/2 года * 2"), "in доход-нетто"),
    )
    assert decide(xml, "Р", **{"доход-нетто": {"за 1/2 года": 5}}) == 10


def test_names_with_signs_are_known_from_the_form_of_a_decision():
    two = table(["х"], ["да/нет", "а-б"], [["-", '"да"', "1"]])
    one = "<context>" + entry("в-г", literal("2")) + "</context>"
    three = f"<relation><column name='д-е'/><row>{literal('3')}</row></relation>"
    xml = model(
        decision("а", two),
        decision("б", one),
        decision("в", three),
        decision("Р", literal("[а.да/нет, а.а-б, б.в-г, в[1].д-е]"), "а", "б", "в"),
    )
    assert decide(xml, "Р", х=1) == ["да", 1, 2, 3]


def test_the_moment_and_the_functions_of_the_caller_reach_every_expression():
    xml = model(function("ф", {}, literal("today()")), decision("Р", literal("[ф(), term(1)]"), "fn ф"))
    moment = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
    found = dmn.load(xml).decide("Р", {}, now=moment, functions={"term": lambda key: key * 2})
    assert found == [date(2026, 1, 14), 2]


# Functions and services


def test_a_knowledge_model_is_a_function():
    square = function("площадь", {"а": "number", "б": "number"}, literal("а * б"))
    xml = model(square, decision("Р", literal("площадь(2, 3) + площадь(б: 1, а: 5)"), "fn площадь"))
    assert decide(xml, "Р") == 11
    assert decide(xml, "площадь", а=2, б=4) == 8


def test_a_function_may_call_others_and_itself():
    xml = model(
        function("факториал", {"n": None}, literal("if n = 0 then 1 else n * факториал(n - 1)")),
        function("чётное", {"n": None}, literal("if n = 0 then true else нечётное(n - 1)"), "fn нечётное"),
        function("нечётное", {"n": None}, literal("if n = 0 then false else чётное(n - 1)"), "fn чётное"),
        decision("Р", literal("[факториал(10), чётное(7)]"), "fn факториал", "fn чётное"),
    )
    assert decide(xml, "Р") == [3628800, False]


def test_endless_recursion_is_stopped():
    with pytest.raises(feel.LimitExceeded):
        decide(
            model(function("ф", {"n": None}, literal("ф(n)")), decision("Р", literal("ф(1)"), "fn ф")), "Р"
        )


def test_arguments_and_results_of_functions_are_made_to_fit():
    xml = model(
        function("ф", {"а": "number"}, literal("а", "number")),
        decision("Р", literal('[ф(1), ф([1]), ф("1"), ф()]'), "fn ф"),
    )
    assert decide(xml, "Р") == [1, 1, None, None]


def test_an_invocation_gives_arguments_by_name():
    call = (
        "<invocation>" + literal("ф") + f"<binding><parameter name='а'/>{literal('5')}</binding>"
        f"<binding><parameter name='б'/>{literal('доход')}</binding></invocation>"
    )
    xml = model(function("ф", {"а": None, "б": None}, literal("а + б")), decision("Р", call, "fn ф"))
    assert decide(xml, "Р", доход=1) == 6


def service(name: str, **references: str) -> str:
    inner = "".join(f'<{kind} href="#{target}"/>' for kind, target in references.items())
    return f'<decisionService name="{name}" id="ds {name}">{inner}</decisionService>'


SERVICE = model(
    input_data("доход", "number"),
    decision("шаг", literal("доход * 2"), "in доход"),
    decision("итог", literal("шаг + 1"), "шаг"),
    service("служба", outputDecision="итог", encapsulatedDecision="шаг", inputData="in доход"),
    service("с готовым шагом", outputDecision="итог", inputDecision="шаг"),
    decision("Р", literal("[служба(5), служба(доход: 6)]"), "ds служба"),
)


def test_a_service_is_a_function_of_its_inputs():
    assert decide(SERVICE, "Р") == [11, 13]
    assert decide(SERVICE, "служба", доход=1) == 3


def test_a_service_takes_its_data_before_its_decisions():
    xml = model(
        input_data("а", "number"),
        decision("б", literal("1")),
        decision("итог", literal("а - б"), "in а", "б"),
        '<decisionService name="служба" id="ds служба"><outputDecision href="#итог"/>'
        '<inputDecision href="#б"/><inputData href="#in а"/></decisionService>',
        decision("Р", literal("служба(10, 3)"), "ds служба"),
    )
    assert decide(xml, "Р") == 7


def test_what_a_call_by_names_leaves_out_is_null():
    xml = model(
        function("ф", {"а": None, "б": None}, literal("if б = null then а else б")),
        decision("Р", literal("ф(а: 5)"), "fn ф"),
    )
    assert decide(xml, "Р") == 5


def test_a_service_may_take_results_of_decisions_and_give_several():
    assert decide(SERVICE, "с готовым шагом", шаг=5) == 6
    given = '<inputDecision href="#шаг"/>'
    both = SERVICE.replace(given.encode(), f'{given}<outputDecision href="#шаг"/>'.encode())
    assert decide(both, "с готовым шагом", шаг=5) == {"итог": 6, "шаг": 5}


# Types


@pytest.mark.parametrize(
    ("definition", "given", "seen"),
    [
        (item("t", base="number"), 5, 5),
        (item("t", base="number"), "5", None),
        (item("t", base="number"), [5], 5),
        (item("t", base="number", many=True), 5, [5]),
        (item("t", base="number", many=True), [1, "2"], None),
        (item("t", base="string", allowed='"а", "б"'), "а", "а"),
        (item("t", base="string", allowed='"а", "б"'), "в", None),
        (item("t", base="number", allowed="[0..10]", many=True), [1, 10], [1, 10]),
        (item("t", base="number", allowed="[0..10]", many=True), [1, 11], None),
        (item("t", field("а", "number"), field("б", "string")), {"а": 1, "б": "в"}, {"а": 1, "б": "в"}),
        (item("t", field("а", "number"), field("б", "string")), {"а": 1}, None),
        (item("t", field("а", "number"), field("б", "string")), {"а": 1, "б": None}, {"а": 1, "б": None}),
        (item("t", base="feel:number"), 5, 5),
        (item("t", base="double"), 5, 5),
        (item("t", base="Any"), "что угодно", "что угодно"),
        (item("t", field("дети", "t", many=True)), {"дети": [{"дети": []}]}, {"дети": [{"дети": []}]}),
    ],
)  # fmt: skip
def test_data_are_made_to_fit_the_type_they_are_declared_to_have(
    definition: str, given: object, seen: object
):
    xml = model(definition, input_data("х", "t"), decision("Р", literal("х"), "in х"))
    assert decide(xml, "Р", х=given) == seen


def test_data_that_do_not_fit_say_so():
    xml = model(input_data("х", "number"), decision("Р", literal("х"), "in х"))
    (warning,) = dmn.load(xml).explain("Р", {"х": "пять"}).warnings
    assert warning.message == "Данные «х»: нужно: число, а дано: строка."


def test_a_result_is_made_to_fit_the_type_of_its_decision():
    assert decide(model(decision("Р", literal('"5"'), type="number")), "Р") is None
    assert decide(model(decision("Р", literal('["а"]'), type="string")), "Р") == "а"
    assert decide(model(decision("Р", literal('@"2026-01-14"'), type="date and time")), "Р") == datetime(
        2026, 1, 14, tzinfo=UTC
    )


def test_types_of_the_model_can_be_asked_for_in_expressions():
    xml = model(
        item("t Человек", field("имя", "string")),
        decision("Р", literal('[{имя: "Анна"} instance of t Человек, 5 instance of t Человек]')),
    )
    assert decide(xml, "Р") == [True, False]


def test_functions_of_the_model_have_types():
    logic = literal("[ф instance of t, ф instance of function<number> -> string, ф instance of t2]")
    xml = model(
        '<itemDefinition name="t"><functionItem outputTypeRef="string"/></itemDefinition>',
        '<itemDefinition name="t2"><functionItem outputTypeRef="number"/></itemDefinition>',
        function("ф", {"а": "number"}, literal("string(а)", "string")),
        decision("Р", logic, "fn ф"),
    )
    assert decide(xml, "Р") == [True, True, False]


# Boxed expressions


def test_a_context_gives_its_entries_or_its_last_value():
    entries = entry("а", literal("1")) + entry("б", literal("а + 1"))
    assert boxed(f"<context>{entries}</context>") == {"а": 1, "б": 2}
    assert boxed(f"<context>{entries}{entry(None, literal('а + б'))}</context>") == 3


def test_entries_of_a_context_are_made_to_fit():
    assert boxed(f"<context>{entry('а', literal('[1]'), 'number')}</context>") == {"а": 1}


def test_a_list_and_a_relation():
    assert boxed(f"<list>{literal('1')}{literal('2')}</list>") == [1, 2]
    columns = "<column name='а'/><column name='б'/>"
    rows = f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row>"
    assert boxed(f"<relation>{columns}{rows}</relation>") == [{"а": 1, "б": 2}, {"а": 3, "б": 4}]


def test_a_function_in_a_context():
    made = f"<functionDefinition><formalParameter name='х'/>{literal('х * n')}</functionDefinition>"
    logic = f"<context>{entry('n', literal('2'))}{entry('ф', made)}{entry(None, literal('ф(5)'))}</context>"
    assert boxed(logic) == 10


def test_foreign_code_is_not_run():
    made = f"<functionDefinition kind='Java'>{literal('{}')}</functionDefinition>"
    xml = model(decision("Р", f"<context>{entry('ф', made)}{entry(None, literal('ф()'))}</context>"))
    loaded = dmn.load(xml)
    assert loaded.decide("Р", {}) is None
    assert [fault.message for fault in loaded.faults] == [
        "Внешние функции (Java, PMML) здесь не выполняются."
    ]


def test_a_conditional():
    parts = f"<if>{literal('а')}</if><then>{literal('1')}</then><else>{literal('2')}</else>"
    logic = f"<conditional>{parts}</conditional>"
    assert [boxed(logic, а=given) for given in (True, False, None)] == [1, 2, 2]


def test_a_filter():
    match = literal("возраст > 18 and item.возраст < 60")
    logic = f"<filter><in>{literal('люди')}</in><match>{match}</match></filter>"
    people = [{"возраст": age} for age in (10, 30, 70)]
    assert boxed(logic, люди=people) == [{"возраст": 30}]
    assert boxed(logic, люди=None) is None


@pytest.mark.parametrize(
    ("kind", "word", "body", "result"),
    [
        ("for", "return", "х * 2", [2, 4, 6]),
        ("for", "return", "count(partial)", [0, 1, 2]),
        ("some", "satisfies", "х > 2", True),
        ("some", "satisfies", "х > 5", False),
        ("every", "satisfies", "х > 2", False),
        ("every", "satisfies", "х > 0", True),
        ("every", "satisfies", "null", None),
    ],
)
def test_loops(kind: str, word: str, body: str, result: object):
    def loop(source: str) -> str:
        inner = f"<in>{literal(source)}</in><{word}>{literal(body)}</{word}>"
        return f"<{kind} iteratorVariable='х'>{inner}</{kind}>"

    assert [boxed(loop(source)) for source in ("[1, 2, 3]", "[1..3]", "null")] == [result, result, None]


def test_a_decision_without_logic_is_nothing():
    assert boxed("") is None


# Several files


def importing(name: str, namespace: str) -> str:
    return f"<import{attribute('name', name)}{attribute('namespace', namespace)} importType='x'/>"


def test_an_imported_file_lends_its_decisions_functions_and_types():
    base = dmn.load(
        model(
            item("tЧеловек", field("имя", "string")),
            input_data("человек", "tЧеловек"),
            decision("имя", literal("человек.имя"), "in человек"),
            function("привет", {"кому": "tЧеловек"}, literal('"Здравствуйте, " + кому.имя')),
            own="urn:base",
        )
    )
    needs = (
        requirement("informationRequirement", "requiredInput", "urn:base#in человек")
        + requirement("informationRequirement", "requiredDecision", "urn:base#имя")
        + requirement("knowledgeRequirement", "requiredKnowledge", "urn:base#fn привет")
    )
    logic = literal("[база.привет(база.человек), база.имя, база.человек instance of база.tЧеловек]")
    xml = model(
        importing("база", "urn:base"),
        f'<decision name="Р" id="Р">{needs}{logic}</decision>',
    )
    person = {"имя": "Анна"}
    loaded = dmn.load(xml, imports={"urn:base": base})
    for inputs in ({"человек": person}, {"база": {"человек": person}}):
        assert loaded.decide("Р", inputs) == ["Здравствуйте, Анна", "Анна", True]


def test_an_import_without_a_name_lends_everything_directly():
    base = dmn.load(model(item("t", base="number"), decision("а", literal("1")), own="urn:base"))
    needs = requirement("informationRequirement", "requiredDecision", "urn:base#а")
    logic = literal("[а, а instance of t]")
    xml = model(importing("", "urn:base"), f'<decision name="Р" id="Р">{needs}{logic}</decision>')
    assert dmn.load(xml, imports={"urn:base": base}).decide("Р", {}) == [1, True]


def test_a_file_may_be_imported_by_two_ways_with_data_of_its_own_each():
    person = dmn.load(model(input_data("имя"), own="urn:a"))

    def over_a(own: str) -> dmn.Model:
        needs = requirement("informationRequirement", "requiredInput", "urn:a#in имя")
        logic = literal('"Здравствуйте, " + а.имя')
        xml = model(
            importing("а", "urn:a"), f'<decision name="привет" id="п">{needs}{logic}</decision>', own=own
        )
        return dmn.load(xml, imports={"urn:a": person})

    needs = "".join(
        requirement("informationRequirement", "requiredDecision", target) for target in ("urn:b#п", "urn:c#п")
    )
    logic = literal('б.привет + "; " + в.привет')
    xml = model(
        importing("б", "urn:b"),
        importing("в", "urn:c"),
        f'<decision name="Р" id="Р">{needs}{logic}</decision>',
    )
    loaded = dmn.load(xml, imports={"urn:b": over_a("urn:b"), "urn:c": over_a("urn:c")})
    found = loaded.decide("Р", {"б": {"а": {"имя": "Анна"}}, "в": {"а": {"имя": "Пётр"}}})
    assert found == "Здравствуйте, Анна; Здравствуйте, Пётр"


# Mistakes


def test_a_mistake_in_one_expression_leaves_the_rest_working():
    loaded = dmn.load(model(decision("а", literal("1 +")), decision("б", literal("2"))))
    assert [loaded.decide(name, {}) for name in ("а", "б")] == [None, 2]
    (fault,) = loaded.faults
    assert (fault.decision, fault.text, fault.position) == ("а", "1 +", 3)
    assert fault.message == "Нужно значение, а выражение кончилось."


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (decision("а", literal("1"), "нет такого"), "Решение ссылается на #нет такого, а его нет."),
        (input_data("х", "tНет") + decision("а", literal("1")), "Неизвестный вид значений «tНет»."),
        (item("t", base="number", allowed="((") + decision("а", literal("1")),
         "Допустимые значения записаны неверно: Нужно значение, а выражение кончилось."),
        (decision("а", f"<literalExpression expressionLanguage='groovy'>{text('1')}</literalExpression>"),
         "Выражения на языке groovy не вычисляются, только на FEEL."),
    ],
)  # fmt: skip
def test_other_mistakes_are_told_too(elements: str, message: str):
    assert message in [fault.message for fault in dmn.load(model(elements)).faults]


def test_a_model_may_be_used_by_several_threads():
    loaded = dmn.load(CHAIN)
    results: list[bool] = []

    def ask() -> None:
        for income in range(2000):
            found = loaded.decide("нуждается", {"доход": income, "состав": 1})
            results.append(found is (income < 10000))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8000
    assert all(results)


def test_values_that_feel_does_not_know_are_refused():
    with pytest.raises(dmn.DmnError, match="такого вида"):
        decide(model(decision("Р", literal("х"))), "Р", х=object())


def test_a_table_inside_a_function_is_explained_under_the_name_of_the_function():
    logic = table(["а"], ["б"], [["> 5", "1"], ["<= 5", "2"]])
    xml = model(function("ф", {"а": "number"}, logic), decision("Р", literal("ф(1) + ф(10)"), "fn ф"))
    explained = dmn.load(xml).explain("Р", {})
    assert explained.value == Decimal(3)
    assert [(trace.decision, trace.matched) for trace in explained.tables] == [("ф", (2,)), ("ф", (1,))]


def test_requirements_without_a_target_are_skipped():
    assert decide(model(f"<decision name='а' id='а'>{requirements()}{literal('1')}</decision>"), "а") == 1
