"""An emergency for the diagrams: what the notice said becomes a record for the figures."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records.emergencies import note_emergency
from engine.runtime import Runtime


@operation("emergency.note")
def note(_rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`вид` (a key of `emergencies.KINDS`), were children harmed (`пострадали`), how many:
    `пострадало`, `погибло`.
    """
    harmed = int(call.inputs.get("пострадало") or 0)
    if call.inputs.get("пострадали") is True:
        harmed = max(harmed, 1)
    kind, died = str(call.inputs.get("вид") or ""), int(call.inputs.get("погибло") or 0)
    note_emergency(conn, call.case_id, kind, harmed, died)
    return {}
