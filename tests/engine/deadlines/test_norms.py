"""Norms: the shipped ones, their editions, variants and words; reading them from a file."""

from __future__ import annotations

import textwrap

import pytest

from engine.deadlines.counting import Unit, Until
from engine.deadlines.norm_file import norm_of, read_norms, shipped_norms
from engine.deadlines.norms import OWNER, Mark, Norms, Step
from engine.errors import MarshrutError, NotFound
from tests.engine.deadlines.factories import SHIPPED, day, norm

TODAY = day("21.11.2026")


def values(*keys: str) -> list[tuple[int, Unit]]:
    return [(found.value, found.unit) for found in (SHIPPED.find(key, TODAY) for key in keys)]


def test_need_and_programme_have_the_terms_of_the_law():
    assert values("T14", "T15") == [(5, Unit.WORKING_DAYS), (10, Unit.WORKING_DAYS)]
    assert values("T14:palliative", "T15:palliative") == [(2, Unit.WORKING_DAYS)] * 2
    assert values("T16") == [(36, Unit.MONTHS)]
    assert SHIPPED.find("T16b", TODAY).lead == 30


def test_steps_of_the_pathway_to_the_programme():
    assert [value for value, _ in values("T10", "T11", "T12", "T13", "T17")] == [0, 3, 3, 4, 1]


def test_hours_are_hours():
    assert values("T72", "T94", "T94b", "T90", "T51:critical", "T19:electronic") == [
        (hours, Unit.HOURS) for hours in (24, 24, 72, 1, 3, 48)
    ]


def test_only_what_was_seen_in_the_text_of_an_act_is_verified():
    verified = {found.full_key for found in SHIPPED if found.verified}
    assert verified == {"T08", "T14", "T15", "T16", "T70", "T94", "T94b", "T95"}


def test_every_mark_of_an_act_names_its_source_row_and_no_proposal_names_an_act():
    for found in SHIPPED:
        if found.mark in (Mark.SEEN, Mark.REGIONAL, Mark.UNCHECKED):
            assert found.source.startswith("L"), found.full_key
        if found.mark is Mark.PROPOSED:
            assert found.act == "внутренняя норма", found.full_key


def test_terms_set_by_the_law_cannot_be_paused():
    assert not any(found.pause for found in SHIPPED if found.mark is Mark.SEEN)
    assert SHIPPED.find("T31", TODAY).pause == ("больница", "переезд семьи", "ждём документы")


def test_rules_of_extension():
    contract = SHIPPED.find("T83", TODAY).extension
    assert contract is not None
    assert (contract.value, contract.unit, contract.times, contract.by) == (20, Unit.WORKING_DAYS, 1, "R27")
    assert {found.key for found in SHIPPED if found.extension} == {"T23", "T83", "T91", "T95"}


RESTS = {"T18", "T33", "T34", "T34b", "T54"}
"""Until the end of these a case rests: there is nobody who could be late."""


def test_of_the_end_of_a_rest_its_owner_is_told_the_day_before_and_nobody_else():
    for key in RESTS:
        assert [(rung.step, rung.to) for rung in SHIPPED.find(key, TODAY).ladder] == [
            (Step.DAY_BEFORE, (OWNER,))
        ]


def test_every_other_norm_has_a_ladder_that_ends_with_the_head_of_the_body():
    for found in (each for each in SHIPPED if each.key not in RESTS):
        assert found.ladder[0].to == (OWNER,)
        assert found.ladder[-1].to == ("R27",)
        assert found.ladder[-1].red
        assert (Step.DAY_BEFORE in [rung.step for rung in found.ladder]) is not found.unit.in_clock_time


def test_titles_are_words_for_people():
    for found in SHIPPED:
        assert found.title[0].isupper()
        assert not found.title.endswith(".")


# --- which edition --------------------------------------------------------------------------------


def test_the_edition_in_force_on_the_day_of_the_event_is_taken():
    norms = Norms(
        [
            norm(10, number=1, valid_to="2026-06-30"),
            norm(8, number=2, valid_from="2026-07-01"),
        ]
    )
    assert norms.find("T15", day("30.06.2026")).value == 10
    assert norms.find("T15", day("01.07.2026")).value == 8
    assert norms.by_id(1).value == 10


def test_an_edition_that_has_ended_is_not_found_by_its_key():
    norms = Norms([norm(10, valid_to="2026-06-30")])
    with pytest.raises(NotFound, match=r"«T15» нет среди действующих на 01\.07\.2026"):
        norms.find("T15", day("01.07.2026"))


def test_a_norm_that_nobody_knows_is_not_found():
    with pytest.raises(NotFound, match="T77"):
        SHIPPED.find("T77", TODAY)
    with pytest.raises(NotFound, match="999"):
        SHIPPED.by_id(999)


def test_a_flag_of_the_case_chooses_the_variant():
    found = SHIPPED.find("T14", TODAY, {"паллиативный": True, "возраст": 71})
    assert (found.value, found.key, found.full_key) == (2, "T14", "T14:palliative")


@pytest.mark.parametrize(
    "variables", [None, {}, {"паллиативный": False}, {"паллиативный": None}, {"паллиативный": "да"}]
)
def test_without_the_flag_the_plain_norm_holds(variables):
    assert SHIPPED.find("T14", TODAY, variables).value == 5


def test_only_norms_with_variants_need_the_cases_variables():
    assert SHIPPED.has_variants("T14")
    assert not SHIPPED.has_variants("T17")


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "ground", "words"),
    [
        ("T14", "442-ФЗ, ст. 15", "5 раб. дней от заявления"),
        ("T14:palliative", "порядок региона", "2 раб. дня от заявления"),
        ("T10", "внутренняя норма", "в тот же день"),
        ("T17", "внутренняя норма", "1 раб. день"),
        ("T24", "внутренняя норма", "за 1 раб. день до заседания"),
        ("T16", "442-ФЗ, ст. 16", "36 месяцев от вручения программы"),
        ("T71b", "внутренняя норма", "12 месяцев, начать за 30 дней"),
        ("T85", "порядок региона", "до 5-го числа"),
        ("T88b", "порядок региона", "до конца 5-го месяца после окончания контракта"),
        ("T94", "152-ФЗ, ст. 21 ч. 3.1", "24 часа от выявления"),
        ("T90", "внутренняя норма", "1 час от поступления"),
    ],
)
def test_the_ground_and_the_length_in_words(key, ground, words):
    found = SHIPPED.find(key, TODAY)
    assert (found.ground.replace("\u00a0", " "), found.norm_words.replace("\u00a0", " ")) == (ground, words)


def test_numbers_keep_to_their_nouns():
    found = SHIPPED.find("T14", TODAY)
    assert found.ground == "442-ФЗ, ст.\u00a015"
    assert found.length == "5\u00a0раб.\u00a0дней"


# --- reading --------------------------------------------------------------------------------------


def read(text: str) -> Norms:
    return Norms(read_norms(textwrap.dedent(text)))


def test_norms_are_read_from_json_too():
    norms = read(
        '{"norms": [{"key": "T1", "title": "Ответ", "value": 30, "unit": "calendar", "start": "step",'
        ' "act": "59-ФЗ", "mark": "V", "until": "midnight"}]}'
    )
    assert norms.find("T1", TODAY).until is Until.MIDNIGHT


def test_a_variant_takes_from_its_norm_what_it_does_not_say():
    norms = read(
        """
        norms:
          - key: T1
            title: Решение
            value: 5
            unit: working
            start: application
            act: 442-ФЗ
            mark: V
            variants: [{variant: quick, flag: срочно, value: 1}]
        """
    )
    found = norms.find("T1:quick", TODAY)
    assert (found.value, found.act, found.unit) == (1, "442-ФЗ", Unit.WORKING_DAYS)


def test_shipped_norms_are_numbered_from_one():
    assert [found.id for found in shipped_norms()] == list(range(1, len(shipped_norms()) + 1))


GOOD = {"key": "T1", "title": "Т", "value": 5, "unit": "working", "start": "step", "act": "А", "mark": "P"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "weeks"}, "«weeks» не подходит, можно: working"),
        ({"start": "сегодня"}, "можно: application"),
        ({"mark": "OK"}, "можно: V"),
        ({"values": 5}, "незнакомые поля: values"),
        ({"value": "пять"}, "пять"),
        ({"value": 50000}, "длиннее 5000"),
        ({"unit": "month_day", "value": 32}, "от 1 до 31"),
        ({"unit": "hours", "value": -2}, "назад"),
        ({"variant": "quick"}, "flag"),
        ({"ladder": [{"step": "due", "to": ["owner"]}, {"step": "half", "to": ["owner"]}]}, "по порядку"),
        ({"ladder": [{"step": "due"}]}, "не указано поле to"),
    ],
)
def test_a_wrong_norm_is_refused_in_words(change, message):
    with pytest.raises(MarshrutError, match=message) as refused:
        norm_of({**GOOD, **change})
    assert "T1" in refused.value.message


@pytest.mark.parametrize("missing", sorted(GOOD.keys() - {"key"}))
def test_a_norm_without_a_needed_field_is_refused(missing):
    with pytest.raises(MarshrutError, match="T1"):
        norm_of({key: value for key, value in GOOD.items() if key != missing})


@pytest.mark.parametrize(
    "text", ["norms: [", "[]", "norms: 5", "norms: [T1]", "a: !!python/object:os.system 1"]
)
def test_a_file_that_holds_no_norms_is_refused(text):
    with pytest.raises(MarshrutError):
        read_norms(text)


def test_a_norm_described_twice_is_refused():
    entry = "{key: T1, title: Т, value: 5, unit: working, start: step, act: А, mark: P}"
    with pytest.raises(MarshrutError, match="описана дважды"):
        read_norms(f"norms: [{entry}, {entry}]")


def test_a_part_of_a_term_is_not_longer_than_the_whole_in_any_variant():
    norms = {(norm.key, norm.variant): norm for norm in shipped_norms()}
    longer = [
        f"{part.key}:{whole.variant}"
        for whole in norms.values()
        for part in (norms.get((key, whole.variant), norms[key, ""]) for key, variant in norms if not variant)
        if part.within == whole.key
        and (part.unit, part.start) == (whole.unit, whole.start)
        and part.value > whole.value
    ]
    assert longer == []
