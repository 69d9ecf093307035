"""Every term of the catalogue of pathways is shipped with the length, the mark and the ground of the table
below, and is either started by a shipped diagram or said not to be.

The table was written by hand from the catalogue and the list of legal sources; no test can compare it with
them. Whoever changes a norm in `processes/norms.yaml` changes it here too, on purpose.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.deadlines.norms import Mark
from tests.engine.deadlines.factories import SHIPPED, day

TABLE = """
key            | value        | mark | ground
T01            | 1 working    | P  | внутренняя норма
T01b           | 3 calendar   | G  | 59-ФЗ, ст. 8
T02            | 2 working    | P  | внутренняя норма
T02b           | 1 working    | P  | внутренняя норма
T02b:urgent    | 1 hours      | P  | внутренняя норма
T02c           | 0 working    | P  | внутренняя норма
T03            | 15 minutes   | P  | внутренняя норма
T04            | 1 hours      | P  | внутренняя норма
T05            | 3 working    | P  | внутренняя норма
T05b           | 1 hours      | P  | внутренняя норма
T05c           | 0 working    | P  | внутренняя норма
T06            | 7 calendar   | P  | внутренняя норма
T07            | 7 calendar   | G  | 59-ФЗ, ст. 8
T08            | 0 working    | V  | 442-ФЗ, ст. 15
T09            | 1 working    | P  | внутренняя норма
T10            | 0 working    | P  | внутренняя норма
T11            | 3 working    | P  | внутренняя норма
T12            | 3 working    | P  | внутренняя норма
T13            | 4 working    | P  | внутренняя норма
T14            | 5 working    | V  | 442-ФЗ, ст. 15
T14:palliative | 2 working    | VR | порядок региона
T15            | 10 working   | V  | 442-ФЗ, ст. 16
T15:palliative | 2 working    | VR | порядок региона
T16            | 36 months    | V  | 442-ФЗ, ст. 16
T16b           | 36 months    | P  | внутренняя норма
T17            | 1 working    | P  | внутренняя норма
T18            | 30 calendar  | P  | внутренняя норма
T19            | 5 working    | G  | 210-ФЗ, ст. 7.2
T19:electronic | 48 hours     | G  | 210-ФЗ, ст. 7.2
T20            | 7 calendar   | S  | положение о комиссии
T21            | 1 working    | P  | внутренняя норма
T21b           | 3 calendar   | G  | постановление Правительства РФ от 06.11.2013 № 995
T22            | 15 calendar  | VR | закон региона
T23            | 30 calendar  | VR | закон региона
T24            | -1 working   | P  | внутренняя норма
T26            | 2 working    | P  | внутренняя норма
T27            | 3 working    | P  | внутренняя норма
T28            | 1 working    | P  | внутренняя норма
T29            | 1 sitting    | S  | положение о комиссии
T30            | 2 working    | P  | внутренняя норма
T31            | 5 working    | P  | внутренняя норма
T32            | 30 month_day | VR | приказ региона
T33            | 3 months     | P  | внутренняя норма
T34            | 3 months     | P  | внутренняя норма
T34b           | 6 months     | P  | внутренняя норма
T35            | 3 working    | P  | внутренняя норма
T40            | 1 month_day  | P  | внутренняя норма
T41            | 5 working    | P  | внутренняя норма
T42            | 2 working    | P  | внутренняя норма
T50            | 0 working    | P  | внутренняя норма
T51            | 3 working    | P  | внутренняя норма
T51:critical   | 3 hours      | P  | внутренняя норма
T52            | 10 working   | P  | внутренняя норма
T53            | 30 month_day | VR | приказ региона
T54            | 3 months     | P  | внутренняя норма
T55            | 1 working    | P  | внутренняя норма
T56            | 3 working    | P  | внутренняя норма
T57            | 2 hours      | P  | внутренняя норма
T58            | 5 working    | P  | внутренняя норма
T59            | 3 working    | P  | внутренняя норма
T60            | 31 month_day | S  | внутренняя норма
T61            | 10 month_day | P  | внутренняя норма
T62            | 15 month_day | P  | внутренняя норма
T63            | 20 month_day | P  | внутренняя норма
T70            | 5 working    | V  | 442-ФЗ, ст. 15
T70:palliative | 2 working    | VR | порядок региона
T71            | 12 months    | P  | внутренняя норма
T71b           | 12 months    | P  | внутренняя норма
T72            | 24 hours     | G  | 442-ФЗ, ст. 17
T73            | 1 working    | P  | внутренняя норма
T74            | 3 working    | P  | внутренняя норма
T75            | 5 working    | P  | внутренняя норма
T80            | 2 working    | P  | внутренняя норма
T81            | 3 working    | P  | внутренняя норма
T82            | 5 working    | P  | внутренняя норма
T83            | 10 working   | G  | постановление Правительства РФ от 16.11.2023 № 1931
T84            | 3 working    | VR | порядок региона
T85            | 5 month_day  | VR | порядок региона
T86            | 20 month_day | VR | порядок региона
T87            | -1 months    | VR | порядок региона
T88            | 12 months    | VR | порядок региона
T88b           | 5 month_end  | VR | порядок региона
T89            | 3 months     | VR | порядок региона
T90            | 1 hours      | P  | внутренняя норма
T90:death      | 15 minutes   | P  | внутренняя норма
T90b           | 3 working    | P  | внутренняя норма
T91            | 10 working   | G  | 152-ФЗ, ст. 20
T92            | 7 working    | G  | 152-ФЗ, ст. 21
T93            | 10 working   | G  | 152-ФЗ, ст. 21
T93b           | 30 calendar  | VR | 152-ФЗ, ст. 21
T94            | 24 hours     | V  | 152-ФЗ, ст. 21 ч. 3.1
T94b           | 72 hours     | V  | 152-ФЗ, ст. 21 ч. 3.1
T95            | 30 calendar  | V  | 59-ФЗ, ст. 12
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]

CATALOGUE = """
T01 T02 T03 T04 T05 T06 T10 T11 T12 T13 T14 T15 T16 T20 T21 T22 T30 T31 T32 T33 T34 T40 T41 T42 T50 T51 T52
T53 T54 T60 T70 T71 T72 T73 T74 T75 T80 T81 T82 T83 T84 T90
"""
"""Keys of the catalogue itself. Terms that it names without a key have T08, T55–T57, T85–T89 and T91–T95,
second and third terms of a row a `b` and a `c`."""

NOT_DRAWN = {
    "p07_red_zone": "T40 T41 T42",
    "p11_care_assessment": "T70 T71 T71b",
    "p12_service_start": "T72",
    "p13_service_accounting": "T73 T74 T75",
    "p14_sc_development": "T80 T81 T82 T83 T84",
    "p15_sc_execution": "T85 T86 T87 T89",
    "p16_sc_aftercare": "T88 T88b",
    "p29_personal_data": "T91 T92 T93 T93b T94 T94b T95",
}
"""Terms that no shipped diagram may start yet, by the pathway that will."""
ELSEWHERE = {
    "T01b": "the limit of the act; the pathway keeps T01, which is shorter",
    "T16b": "T16 with the thirty days before it; the pathway counts those by T18",
    "T20": "how often a commission sits is for its secretary to keep",
    "T22": "as T20",
    "T24": "the step counts back from the day of its sitting by itself",
}
"""Terms that are no step's and no case's, and why."""

DIAGRAMS = Path(__file__).parents[3] / "processes"
STARTED = re.compile(r'name="(?:norm|startTerms)" value="([^"]*)"')

TODAY = day("21.11.2026")


@pytest.mark.parametrize(("key", "value", "mark", "ground"), ROWS, ids=[row[0] for row in ROWS])
def test_a_norm_is_shipped_as_the_catalogue_says(key: str, value: str, mark: str, ground: str) -> None:
    found = SHIPPED.find(key, TODAY)
    said = (f"{found.value} {found.unit}", found.mark.value, found.ground.replace("\u00a0", " "))
    assert said == (value, mark, ground)


def test_no_term_of_the_catalogue_is_left_out() -> None:
    """Pathways may bring norms of their own beside them."""
    assert set(CATALOGUE.split()) <= {row[0] for row in ROWS} <= SHIPPED.keys()


def started() -> dict[str, set[str]]:
    """Keys by the pathways whose diagrams name them at a step or let them run in a case."""
    found: dict[str, set[str]] = {}
    for path in DIAGRAMS.rglob("*.bpmn"):
        for keys in STARTED.findall(path.read_text("utf-8")):
            for key in keys.replace(",", " ").split():
                found.setdefault(key, set()).add(path.stem)
    return found


def test_a_term_is_started_by_a_diagram_or_said_not_to_be() -> None:
    by_pathway = started()
    later = {key: pathway for pathway, keys in NOT_DRAWN.items() for key in keys.split()}
    keys = {row[0].partition(":")[0] for row in ROWS}
    assert sorted(keys - by_pathway.keys() - later.keys() - ELSEWHERE.keys()) == []
    assert sorted(ELSEWHERE.keys() & by_pathway.keys()) == []
    assert set(by_pathway) <= SHIPPED.keys()


@pytest.mark.parametrize("key", [row[0] for row in ROWS])
def test_what_nobody_has_checked_says_so_wherever_its_ground_is_shown(key: str) -> None:
    found = SHIPPED.find(key, TODAY)
    assert ("сверено)" in found.ground_words) is (found.mark is not Mark.SEEN)
