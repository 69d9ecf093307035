"""What holds of every form and every answer."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidData
from engine.formjs import check
from tests.engine.formjs.making import field, form, options, rows, schema

FORM = form(
    field(key="имя", validate={"required": True, "maxLength": 50}),
    field("number", key="доход", decimalDigits=2, validate={"min": 0}),
    field("datetime", key="дата", subtype="date"),
    field("datetime", key="время", subtype="time"),
    field("select", key="решение", values=options("да", "нет")),
    field("checklist", key="виды", values=options("а", "б", 3)),
    field("checkbox", key="согласие"),
    field("textarea", key="причина", conditional={"hide": '=решение = "да"'}),
    rows("меры", field(key="мера"), field("number", key="часы", validate={"max": "=доход"})),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["имя", "доход", "дата", "время", "решение", "виды", "согласие", "причина", "меры", "мера", "часы"]
)
ENGINE = (str, Decimal, bool, date, datetime, time, type(None))


def of_the_engine(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and of_the_engine(item) for key, item in value.items())
    return all(map(of_the_engine, value)) if isinstance(value, list) else isinstance(value, ENGINE)


@settings(deadline=None)
@given(data=st.dictionaries(KEYS, JSON, max_size=9), known=st.dictionaries(KEYS, JSON, max_size=4))
def test_any_answer_is_taken_as_values_of_the_engine_or_refused_with_remarks(data, known):
    try:
        values = FORM.validate(data, known)
    except InvalidData as error:
        remarks = error.errors
    else:
        remarks = {"": "принято"}
        assert of_the_engine(values)
    assert remarks
    assert all(remarks.values())


@settings(deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=50),
    income=st.decimals(0, 10**12, places=2, allow_nan=False),
    day=st.none() | st.dates(),
    clock=st.none() | st.times().map(lambda moment: moment.replace(microsecond=0)),
    kinds=st.lists(st.sampled_from(["а", "б", Decimal(3)]), unique=True),
    decision=st.sampled_from([None, "да", "нет"]),
)
def test_what_was_accepted_is_shown_and_accepted_again_unchanged(name, income, day, clock, kinds, decision):
    values = FORM.validate(
        {
            "имя": name,
            "доход": income,
            "дата": day,
            "время": clock,
            "виды": kinds,
            "решение": decision,
            "меры": [],
        },
        {},
    )
    again = orjson.loads(orjson.dumps(FORM.prefill(values)))
    assert FORM.validate(again, values) == values


@settings(deadline=None)
@given(
    part=st.dictionaries(
        st.sampled_from(["type", "key", "id", "validate", "values", "label", "components"]), JSON
    )
)
def test_the_check_of_any_component_ends_with_findings_and_not_with_a_fault(part):
    kinds = ["textfield", "number", "select", "datetime", "dynamiclist", "group", "text", "table"]
    for kind in kinds:
        check(json.dumps({"components": [{**part, "type": kind}]}).encode())


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_the_check_of_any_file_ends_with_findings_and_not_with_a_fault(content):
    check(content)
    check(schema() + content)
