"""A form as pages hand it to the viewer."""

from __future__ import annotations

import json
from datetime import date

from engine import formjs
from webui.forms import form_block

TABLE = {
    "type": "table",
    "id": "t",
    "label": "Меры",
    "dataSource": "=меры",
    "columns": [{"key": "мера", "label": "Мера"}, {"key": "срок", "label": "Срок"}],
}


def block(*components, **variables):
    content = {"type": "default", "id": "F1", "schemaVersion": 16, "components": list(components)}
    return form_block(formjs.read(json.dumps(content, ensure_ascii=False).encode()), variables, None)


def test_a_table_shows_days_as_people_write_them_and_conditions_see_the_days_themselves():
    measures = [{"мера": "2 встречи", "срок": date(2026, 4, 1)}, {"мера": "2026-02-31", "срок": None}]
    shown = block({"type": "group", "id": "g", "components": [TABLE]}, меры=measures)
    source = shown["schema"]["components"][0]["components"][0]["dataSource"]
    copy = shown["data"][source.removeprefix("=")]
    assert copy == [{"мера": "2 встречи", "срок": "01.04.2026"}, {"мера": "2026-02-31", "срок": None}]
    assert shown["data"]["меры"][0] == {"мера": "2 встречи", "срок": "2026-04-01"}


def test_a_table_of_an_expression_or_of_nothing_is_left_alone():
    computed = {**TABLE, "dataSource": "=меры[1]"}
    assert (
        block(computed, меры=[{"мера": "а", "срок": None}])["schema"]["components"][0]["dataSource"]
        == "=меры[1]"
    )
    assert block(TABLE)["schema"]["components"][0]["dataSource"] == "=меры"


def test_a_checklist_that_the_case_left_empty_is_handed_over_as_untouched():
    came = {"type": "checklist", "id": "c", "key": "пришли", "label": "Кто пришёл", "valuesKey": "люди"}
    grouped = {"type": "group", "id": "g", "components": [came]}
    assert "пришли" not in block(grouped, пришли=None, люди=["А"])["data"]
    assert block(grouped, пришли=["А"], люди=["А"])["data"]["пришли"] == ["А"]
