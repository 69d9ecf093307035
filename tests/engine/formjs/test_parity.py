"""The table of answers that the viewer in the browser and the server must judge alike.

Each row is one component, the value that its input submits, and whether the answer is accepted. A journey in
a real browser reads the same file.
"""

import json
from pathlib import Path

import pytest

from tests.engine.formjs.making import form, remarks

TABLE = json.loads((Path(__file__).parents[2] / "data" / "form_parity.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["about"])
def test_the_server_judges_as_the_viewer_does(row):
    subject = form({"key": "поле", "id": "поле", "label": "Поле", **row["component"]})
    assert (remarks(subject, {"поле": row["value"]}) == {}) is row["ok"]
