"""The scenarios of a pathway, played on what waits at the gate: nothing is published, no case is touched."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from engine.definitions.drafts import kept_upload
from engine.definitions.files import Checked
from engine.definitions.service import check_upload
from engine.model import Permission
from engine.scenarios.trial import Trial, scenarios_of, try_on
from webui.guards import actor, permission, runtime

pages = Blueprint("trials", __name__)

SECONDS = 20.0
"""No scenario of a file is begun later: the page answers while somebody waits for it."""


@pages.get("/workshop/upload/<int:upload_id>/scenarios")
@permission(Permission.DEFINITION_PUBLISH)
def show(upload_id: int) -> str:
    """What the scenarios of each uploaded diagram say of it, with the files uploaded beside it."""
    rt = runtime()
    kept = kept_upload(rt, actor(), upload_id)
    checked = check_upload(rt, kept.files)
    refused = any(not each.ok for each in checked)
    tried = [] if refused else [_tried(each, checked) for each in checked if _is_diagram(each)]
    return render_template("trials.html", upload_id=upload_id, refused=refused, tried=tried)


def _is_diagram(checked: Checked) -> bool:
    return checked.file is not None and checked.file.kind == "bpmn"


def _tried(tried: Checked, together: list[Checked]) -> dict[str, Any]:
    keys = tried.file.keys if tried.file else ()
    scenarios = [each for key in keys for each in scenarios_of(key)]
    uploads = [tried.upload, *(each.upload for each in together if each is not tried)]
    trial = try_on(uploads, scenarios, SECONDS) if scenarios else Trial(())
    return {
        "name": tried.upload.name,
        "verdicts": trial.verdicts,
        "left": trial.left,
        "failed": sum(not verdict.ok for verdict in trial.verdicts),
    }
