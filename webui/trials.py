"""What waits at the gate, tried: its scenarios played, running cases asked. Nothing is published, no case is
touched.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from engine.definitions.drafts import kept_upload
from engine.definitions.files import Checked
from engine.definitions.service import check_upload
from engine.model import Permission
from engine.scenarios.trial import Trial, scenarios_of, try_on
from engine.versions.comparing import compare_upload
from engine.versions.impact import Touched, judge_upload, touched_pathways
from engine.versions.planning import Judged
from webui.guards import actor, permission, runtime
from webui.verdicts import counts, verdict_row
from webui.workshop import changed_files

pages = Blueprint("trials", __name__)

SECONDS = 20.0
"""No scenario of a file is begun later and no case asked: the page answers while somebody waits for it."""


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


@pages.get("/workshop/upload/<int:upload_id>/cases")
@permission(Permission.DEFINITION_PUBLISH)
def cases(upload_id: int) -> str:
    """What each running case would say to the uploaded files, were they published."""
    rt, person = runtime(), actor()
    kept = kept_upload(rt, person, upload_id)
    checked = check_upload(rt, kept.files)
    refused = any(not each.ok for each in checked)
    files = [] if refused else [each.file for each in checked if each.file is not None]
    with rt.database.read() as conn:
        changed = changed_files(files, compare_upload(conn, rt.library.newest(conn), files))
        touched = touched_pathways(rt, conn, changed)
        judged = judge_upload(rt, conn, person, files, touched, SECONDS)
    return render_template(
        "prospects.html",
        upload_id=upload_id,
        refused=refused,
        counts=counts(judged.values()),
        pathways=[_answers(each, judged[each.process]) for each in touched],
        may_move=False,
    )


def _answers(pathway: Touched, judged: Judged) -> dict[str, Any]:
    rows = [verdict_row(each, judged.visible) for each in judged.verdicts]
    return {"name": pathway.name, "verdicts": rows, "total": judged.total}
