"""What the check of a file of decisions says before it is published."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine import dmn
from engine.errors import Finding
from engine.resources import processes_dir
from tests.engine.dmn.drawing import decision, field, function, input_data, item, literal, model, table

NBSP = "\u00a0"


def found(xml: bytes, rule: str | None = None) -> list[Finding]:
    return [finding for finding in dmn.check(xml) if rule in (None, finding.rule)]


def said(xml: bytes, rule: str | None = None) -> list[str]:
    """What the findings (of one rule) say."""
    return [finding.message.replace(NBSP, " ") for finding in found(xml, rule)]


def tabled(inputs: list[str], rows: list[list[str]], **options: Any) -> bytes:
    """A decision that is one table with a single column of results."""
    return model(decision("Мера", table(inputs, ["итог"], rows, **options)))


def by_age(*cells: str, **options: Any) -> bytes:
    """A table over the age, each row with a result of its own."""
    return tabled(["Возраст"], [[cell, str(number)] for number, cell in enumerate(cells)], **options)


def test_a_good_table_has_no_findings():
    assert found(by_age("< 18", "[18..60)", ">= 60", types={"Возраст": "number"})) == []


@pytest.mark.parametrize("path", sorted(processes_dir().rglob("*.dmn")), ids=lambda path: path.stem)
def test_the_shipped_decisions_are_clean(path: Any):
    assert [one for one in dmn.check(path.read_bytes()) if one.severity != "info"] == []


# Rows that match together


def test_rows_of_a_unique_table_may_not_match_together():
    (finding,) = found(by_age("<= 18", "[18..60]", "> 60"))
    assert (finding.rule, finding.severity, finding.element, finding.name) == (
        "dmn-overlap", "error", "r2", "Мера",
    )  # fmt: skip
    assert finding.message == (
        "Строки 1 и 2 подходят вместе, а должна подойти одна, например: возраст — 18. Итог будет пустым."
    )
    assert "FIRST" in finding.hint


def test_of_rows_with_the_same_result_one_is_enough():
    xml = tabled(["Возраст"], [["< 18", '"да"'], ["< 20", '"да"'], [">= 20", '"нет"']])
    (finding,) = found(xml, "dmn-overlap")
    assert finding.hint == "Оставьте одну из этих строк: итоги у них одинаковые."


def test_the_example_names_only_what_the_rows_ask_for():
    xml = tabled(
        ["Возраст", "Жильё", "Доход"],
        [["> 5", '"дом"', "-", "1"], ["-", 'not("квартира")', "-", "2"]],
        allowed={"Жильё": '"дом", "квартира"'},
    )
    assert said(xml, "dmn-overlap") == [
        (
            "Строки 1 и 2 подходят вместе, а должна подойти одна, например: возраст — 6; жильё — «дом». "
            "Итог будет пустым."
        )
    ]


def test_rows_without_conditions_match_at_any_data():
    (message,) = said(by_age("-", "-"), "dmn-overlap")
    assert "а должна подойти одна при любых данных." in message


def test_where_any_row_will_do_their_results_must_agree():
    rows = [["> 0", '"да"'], ["> 10", '"да"'], ["> 20", '"нет"'], ["<= 0", '"нет"']]
    assert said(tabled(["Возраст"], rows, policy="ANY")) == [
        f"Строки {row} и 3 подходят вместе, а итоги у них разные, например: возраст — 21. Итог будет пустым."
        for row in (1, 2)
    ]


def test_results_that_depend_on_the_case_are_named_as_not_checked():
    rows = [["> 0", "доход"], ["-", "доход + 0"]]
    (finding,) = found(tabled(["Возраст"], rows, policy="ANY"))
    assert (finding.rule, finding.severity) == ("dmn-unchecked", "info")
    assert "итоги строк 1 и 2" in finding.message


@pytest.mark.parametrize("policy", ["FIRST", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_where_rows_may_match_together_nobody_minds(policy: str):
    xml = by_age("> 5", "-", policy=policy, allowed={"итог": "0, 1"})
    assert found(xml, "dmn-overlap") == []


def test_only_the_first_ten_of_many_are_told():
    assert len(found(by_age(*["-"] * 30), "dmn-overlap")) == 10


def test_two_columns_with_the_same_question_are_one():
    xml = tabled(
        ["Возраст", "Возраст"],
        [[">= 0", "< 18", "1"], [">= 18", "< 60", "2"], [">= 60", "-", "3"], ["< 0", "-", "4"]],
    )
    assert found(xml) == []


# Cases that nobody thought of


def test_a_case_without_a_row_is_shown():
    (finding,) = found(by_age("< 18", "[18..60)"))
    assert (finding.rule, finding.severity, finding.name) == ("dmn-gap", "warning", "Мера")
    assert finding.message == (
        "Есть случай, для которого нет строки, например: возраст — 60. Итог будет пустым."
    )


@pytest.mark.parametrize(
    ("cells", "kind", "example"),
    [
        (["< 5", "> 5"], "number", "5"),
        (["<= 5", ">= 10"], "number", "6"),
        (["<= 0.1", ">= 0.2"], "number", "0,15"),
        (["< 5"], "number", "5"),
        (["> 5", "< -5"], "number", "−5"),
        (["true"], "boolean", "нет"),
        (['< @"2026-01-10"', '> @"2026-01-10"'], "date", "10.01.2026"),
        (['<= @"2026-01-10"', '>= @"2026-01-12"'], "date", "11.01.2026"),
        (['< @"2026-01-10T10:00:00"'], "date and time", "10.01.2026, 10:00"),
        (['< @"12:00:00"'], "time", "12:00"),
        (['> @"P10D"'], "days and time duration", "9 дней"),
        (['< @"P1Y"', '> @"P1Y"'], "years and months duration", "1 год"),
    ],
)
def test_the_example_is_a_value_of_the_column(cells: list[str], kind: str, example: str):
    (message,) = said(by_age(*cells, types={"Возраст": kind}), "dmn-gap")
    assert f"возраст — {example}. " in message


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (['< @"2026-01-10"', '>= @"2026-01-10"'], "date"),
        (['<= @"2026-01-10"', '>= @"2026-01-11"'], "date"),
        (["<= 17", ">= 18"], "integer"),
        (["true", "false"], "boolean"),
        (['< @"23:00:00"', '[@"23:00:00"..@"23:59:59.999999999"]'], "time"),
        (['<= @"P11M"', '>= @"P1Y"'], "years and months duration"),
    ],
)
def test_between_whole_values_nothing_is_missing(cells: list[str], kind: str):
    assert found(by_age(*cells, types={"Возраст": kind})) == []


def test_what_only_fractions_or_negative_numbers_would_miss_is_no_warning():
    for cells, example in ((["<= 17", ">= 18"], "17,5"), ([">= 0"], "−1"), (["0", "> 0"], "−1")):
        (finding,) = found(by_age(*cells))
        assert (finding.rule, finding.severity) == ("dmn-gap", "info")
        assert f"возраст — {example}." in finding.message


def test_what_is_counted_is_whole_and_not_negative():
    xml = tabled(["count(Дети)"], [["0", "1"], ["1", "2"], ["2", "3"], ["> 2", "4"]])
    assert found(xml) == []
    xml = tabled(["if Дети = null then 0 else count(Дети)"], [["<= 2", "1"], [">= 3", "4"]])
    assert found(xml) == []


def test_texts_that_nothing_names_are_no_warning():
    (finding,) = found(tabled(["Жильё"], [['"дом"', "1"], ['"квартира"', "2"]]))
    assert (finding.rule, finding.severity) == ("dmn-gap", "info")
    assert finding.message.endswith("например: жильё — другое значение. Итог будет пустым.")


def test_allowed_values_say_what_can_come():
    complete = tabled(
        ["Жильё"], [['"дом"', "1"], ['"квартира"', "2"]], allowed={"Жильё": '"дом", "квартира"'}
    )
    assert found(complete) == []
    missing = tabled(["Жильё"], [['"дом"', "1"]], allowed={"Жильё": '"дом", "квартира"'})
    assert found(missing, "dmn-gap")[0].severity == "warning"
    assert "жильё — «квартира»" in said(missing, "dmn-gap")[0]
    adults = by_age("[18..60)", ">= 60", allowed={"Возраст": ">= 18"})
    assert found(adults) == []


def test_allowed_values_may_come_from_a_type():
    home = item("Жильё", base="string", allowed='"дом", "квартира"')
    logic = table(["жильё"], ["итог"], [['"дом"', "1"], ['"квартира"', "2"]])
    xml = model(home, input_data("жильё", "Жильё"), decision("Мера", logic, "in жильё"))
    assert found(xml) == []


def test_missing_data_count_only_where_the_table_asks_for_them():
    assert found(by_age("< 18", ">= 18")) == []
    xml = tabled(
        ["Возраст", "СОП"],
        [["null", "true", "1"], ["< 18", "-", "2"], [">= 18", "-", "3"]],
        types={"СОП": "boolean"},
    )
    assert said(xml, "dmn-gap") == [
        "Есть случай, для которого нет строки, например: возраст — не указано; СОП — нет. Итог будет пустым."
    ]


def test_a_default_or_a_list_of_results_leaves_no_gap():
    assert found(by_age("< 18", defaults={"итог": "0"})) == []
    assert found(by_age("< 18", policy="COLLECT")) == []


def test_a_table_without_rows_is_told_of():
    assert said(by_age()) == ["В таблице нет ни одной строки."]


def test_a_gap_across_many_columns_is_found():
    columns = [f"Признак {number}" for number in range(10)]
    rows = [["-"] * number + ["true"] + ["-"] * (9 - number) + [str(number)] for number in range(10)]
    xml = tabled(columns, rows, policy="FIRST", types=dict.fromkeys(columns, "boolean"))
    (message,) = said(xml)
    assert message.count("— нет") == 10


# Rows and cells without use


def test_a_row_behind_a_wider_one_never_counts():
    (finding,) = found(by_age("< 60", "< 18", "-", policy="FIRST"))
    assert (finding.rule, finding.severity, finding.element) == ("dmn-unreachable", "warning", "r2")
    assert finding.message == "Строка 2 никогда не сработает: все её случаи раньше достаются строке 1."


def test_a_row_may_be_shadowed_by_several_together():
    (finding,) = found(by_age("< 30", ">= 20", "[10..40]", "-", policy="FIRST"), "dmn-unreachable")
    assert finding.message == "Строка 3 никогда не сработает: все её случаи раньше достаются другим строкам."


def test_a_row_for_missing_data_is_not_shadowed():
    xml = by_age("true", "false", "-", policy="FIRST", types={"Возраст": "boolean"})
    assert found(xml) == []


def test_a_row_with_a_less_important_result_never_counts():
    rows = [["-", '"низкий"'], ["> 5", '"высокий"'], ["<= 5", '"высокий"']]
    xml = tabled(["Балл"], rows, policy="PRIORITY", allowed={"итог": '"высокий", "низкий"'})
    assert found(xml, "dmn-unreachable") == []  # the first row is for missing data
    rows[0][0] = "> 7"
    xml = tabled(["Балл"], rows, policy="PRIORITY", allowed={"итог": '"высокий", "низкий"'})
    assert [finding.element for finding in found(xml, "dmn-unreachable")] == ["r1"]


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_an_order_of_results_must_be_given(policy: str):
    assert found(by_age("-", policy=policy), "dmn-priority")[0].severity == "error"


def test_an_empty_range_never_matches():
    (message,) = said(by_age("[60..18]", "-"), "dmn-never")
    assert message == "Строка 1, «Возраст»: условию [60..18] не отвечает ни одно значение."
    assert found(by_age("(5..5)", "-"), "dmn-never")
    assert not found(by_age("[5..5]", "-", policy="FIRST"), "dmn-never")


def test_a_value_that_is_not_allowed_is_pointed_out():
    xml = tabled(
        ["Жильё"], [['"дом", "барак"', "1"], ['"квартира"', "2"]], allowed={"Жильё": '"дом","квартира"'}
    )
    assert said(xml) == ["Строка 1, «Жильё»: «барак» не входит в возможные значения столбца."]
    assert said(tabled(["count(Дети)"], [[">= 0", "1"], ["-1", "2"]])) == [
        "Строка 2, «count(Дети)»: −1 не входит в возможные значения столбца."
    ]
    everything = tabled(
        ["СОП"], [["not(true, false)", "1"], ["-", "2"]], policy="FIRST", types={"СОП": "boolean"}
    )
    assert found(everything) == []  # missing data pass


def test_a_cell_of_another_kind_is_an_error():
    (finding,) = found(by_age('"18"', "-", policy="FIRST", types={"Возраст": "number"}), "dmn-type")
    assert finding.severity == "error"
    assert finding.message == (
        "Строка 1, «Возраст»: «18» — строка, а здесь число. Такое условие не выполнится никогда."
    )


def test_cells_of_different_kinds_are_pointed_out():
    assert said(by_age('"18"', "18"), "dmn-type") == [
        "Столбец «Возраст»: в клетках значения разного вида (строка и число)."
    ]


def test_results_must_be_of_the_kind_of_their_column():
    (finding,) = found(tabled(["а"], [["-", '"пять"']], types={"итог": "number"}))
    assert (finding.rule, finding.severity) == ("dmn-type", "error")
    assert finding.message == (
        "Строка 1, «итог»: «пять» не годится, нужно: число, а дано: строка. Итог этой строки будет пустым."
    )
    (finding,) = found(tabled(["а"], [["-", '"синий"']], allowed={"итог": '"красный", "жёлтый"'}))
    assert (finding.rule, finding.severity) == ("dmn-not-allowed", "error")
    (finding,) = found(tabled(["а"], [["1", "1"]], types={"итог": "number"}, defaults={"итог": '"нет"'}))
    assert finding.message.startswith("Итог по умолчанию, «итог»: «нет» не годится")


def test_an_expression_that_is_always_null_is_pointed_out():
    limits = decision("Пороги", literal("{возраст: 18}"))
    logic = table(["а"], ["итог"], [["< Пороги.дети", "1"], ["-", 'date("2026-02-30")']], policy="FIRST")
    findings = found(model(limits, decision("Мера", logic, "Пороги")))
    assert [(one.rule, one.element or one.name) for one in findings] == [("dmn-null", "Мера")] * 2
    assert findings[0].message == (
        "Строка 1, «а»: с этим условием строка не сработает никогда. Поля «дети» нет."
    )
    assert findings[1].message.startswith("Строка 2, «итог»: этот итог всегда пуст. ")


def test_settings_are_known():
    limits = decision("Пороги", literal("{много: 3}"))
    logic = table(["count(дети)"], ["итог"], [["< Пороги.много", "1"], ["> Пороги.много", "2"]])
    (message,) = said(model(limits, decision("Мера", logic, "Пороги")))
    assert "count(дети) — 3." in message


def test_settings_that_depend_on_the_day_are_not():
    limits = decision("Пороги", literal("{день: today()}"))
    logic = table(["день"], ["итог"], [["< Пороги.день", "1"], ["-", "2"]], policy="FIRST")
    assert [one.rule for one in found(model(limits, decision("Мера", logic, "Пороги")))] == ["dmn-unchecked"]


def test_conditions_that_depend_on_the_case_are_named_as_not_checked():
    xml = tabled(["Семья", "Доход"], [['list contains(?, "инвалид")', "-", "1"], ["-", "< порог", "2"]])
    (finding,) = found(xml, "dmn-unchecked")
    assert finding.severity == "info"
    assert finding.message == (
        "Пересечения и пропуски проверены не все: строка 1, «Семья»; строка 2, «Доход»."
    )
    assert len(found(xml)) == 1


def test_a_cell_that_is_partly_known_counts_for_that_part():
    xml = tabled(["Возраст"], [["5, odd(?)", "1"], ["5", "2"], ["not(5)", "3"]])
    assert [one.element for one in found(xml, "dmn-overlap")] == ["r2"]


# Names, functions, files


def test_a_name_without_an_arrow_is_an_error():
    xml = model(decision("Пороги", literal("{много: 3}")), decision("Мера", literal("Пороги.много + 1")))
    (finding,) = found(xml)
    assert (finding.rule, finding.severity) == ("dmn-name", "error")
    assert finding.message == "«Пороги» здесь не видно: к «Мера» не проведена стрелка."


def test_a_misspelt_name_is_pointed_out_where_data_are_drawn():
    xml = model(input_data("доход"), decision("Мера", literal("доход + дохот"), "in доход"))
    (finding,) = found(xml)
    assert (finding.rule, finding.severity) == ("dmn-name", "warning")
    assert finding.hint == "Возможно, имелось в виду «доход»."
    assert found(model(decision("Мера", literal("доход + дохот")))) == []


def test_a_function_sees_only_its_parameters():
    xml = model(function("доля", {"а": "number"}, literal("а / всего")), decision("Мера", literal("1")))
    assert [(one.rule, one.severity) for one in found(xml)] == [("dmn-name", "error")]


def test_a_function_that_does_not_exist_is_an_error():
    xml = model(
        function("доля", {"а": "number"}, literal("а / 2")),
        decision("Мера", literal("доля(1) + summ([1]) + dolya(2)"), "fn доля"),
    )
    assert [(one.rule, one.severity, one.hint) for one in found(xml)] == [
        ("dmn-function", "error", "Исправьте название функции."),
        ("dmn-function", "error", "Возможно, имелось в виду «sum»."),
    ]


def test_faults_of_reading_are_errors():
    broken = model(decision("Мера", table(["а"], ["в"], [["((", "1"]])), decision("Ещё", literal("1 +")))
    assert [(one.rule, one.severity, one.name) for one in found(broken) if one.rule != "dmn-unchecked"] == [
        ("dmn-expression", "error", "Мера"),
        ("dmn-expression", "error", "Ещё"),
    ]
    missing = model(decision("Мера", literal("1"), "нет такого"))
    assert [(one.rule, one.severity) for one in found(missing)] == [("dmn-fault", "error")]


@pytest.mark.parametrize("xml", [b"", b"<", b"<a/>", "не XML".encode()])
def test_a_file_that_can_not_be_read_is_one_finding(xml: bytes):
    assert [(one.rule, one.severity) for one in found(xml)] == [("dmn-unreadable", "error")]


def test_an_empty_decision_is_pointed_out():
    assert [one.rule for one in found(model(decision("Мера", "")))] == ["dmn-empty"]


def test_a_part_of_the_settings_that_is_always_null_is_pointed_out():
    (finding,) = found(model(decision("Пороги", literal('{день: date("2026-02-30")}'))))
    assert (finding.rule, finding.severity) == ("dmn-null", "warning")


def test_tables_are_checked_wherever_they_stand():
    inner = table(["а"], ["итог"], [["> 1", "1"], ["> 2", "2"]])
    places = [
        f"<context><contextEntry><variable name='х'/>{inner}</contextEntry></context>",
        f"<list>{inner}</list>",
        f"<functionDefinition><formalParameter name='а'/>{inner}</functionDefinition>",
        f"<conditional><if>{inner}</if><then>{literal('1')}</then><else>{literal('1')}</else></conditional>",
        f"<invocation>{literal('abs')}<binding><parameter name='n'/>{inner}</binding></invocation>",
        f"<relation><column name='к'/><row>{inner}</row></relation>",
        f"<filter><in>{literal('[1]')}</in><match>{inner}</match></filter>",
        f"<for iteratorVariable='а'><in>{literal('[1]')}</in><return>{inner}</return></for>",
    ]
    for place in places:
        assert len(found(model(decision("Мера", place)), "dmn-overlap")) == 1, place
    assert found(model(function("ф", {"а": None}, inner), decision("Мера", literal("1"))), "dmn-overlap")


def test_inside_a_function_a_parameter_hides_a_setting():
    limits = decision("порог", literal("5"))
    inner = table(["а"], ["итог"], [["< порог", "1"], [">= 5", "2"]])
    nested = f"<functionDefinition><formalParameter name='порог'/>{inner}</functionDefinition>"
    assert [one.rule for one in found(model(limits, decision("Мера", nested, "порог")))] == ["dmn-unchecked"]


def test_the_type_of_the_input_data_counts_where_the_column_has_none():
    person = item("Человек", field("возраст", "number"))
    logic = table(["возраст"], ["итог"], [['"18"', "1"]])
    xml = model(person, input_data("возраст", "number"), decision("Мера", logic, "in возраст"))
    assert "dmn-type" in [one.rule for one in found(xml)]


def test_a_column_of_lists_is_not_compared():
    xml = by_age('"а"', "-", policy="FIRST", types={"Возраст": "list"})
    assert [one.rule for one in found(xml)] == ["dmn-unchecked"]


def test_moments_with_and_without_a_zone_are_not_compared():
    xml = by_age('< @"2026-01-01T10:00:00"', '>= @"2026-01-01T10:00:00Z"')
    assert [one.rule for one in found(xml)] == ["dmn-unchecked"]


def test_a_table_too_long_to_compare_all_rows_is_told_of():
    xml = by_age(*[str(number) for number in range(501)])
    (finding,) = found(xml)
    assert (finding.rule, finding.severity) == ("dmn-unchecked", "info")
    assert "слишком много строк" in finding.message


def test_a_search_without_end_is_given_up_and_told_of():
    """Each row forbids one combination of three among forty answers; whether anything is left is a riddle."""
    order = random.Random(7)
    columns = [f"п{number}" for number in range(40)]
    rows = []
    for number in range(175):
        row = ["-"] * len(columns)
        for place in order.sample(range(len(columns)), 3):
            row[place] = order.choice(["true", "false"])
        rows.append([*row, str(number)])
    xml = tabled(columns, rows, policy="FIRST", types=dict.fromkeys(columns, "boolean"))
    (message,) = said(xml, "dmn-unchecked")
    assert "слишком много сочетаний условий" in message
