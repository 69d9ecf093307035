"""What a diagram may refer to where there is no instance: roles, norms and operations of the product."""

from __future__ import annotations

from typing import Any, Final

import yaml

from engine.bpmn import Known
from engine.deadlines.norm_file import shipped_norms
from engine.deadlines.norms import Norms
from engine.resources import processes_dir

TOPICS: Final = frozenset(
    {
        "case.unfinished",
        "commission.call",
        "commission.cancel",
        "commission.collect",
        "commission.close",
        "commission.leave",
        "commission.move",
        "contact.note",
        "emergency.note",
        "intake.known",
        "intake.matches",
        "letter.count",
        "letter.list",
        "letter.offer",
        "measure.close",
        "measure.keep",
        "monitor.check",
        "monitor.kept",
        "monitor.open",
        "monitor.verify",
        "plan.approve",
        "plan.candidates",
        "plan.cars",
        "plan.check",
        "plan.draft",
        "plan.month",
        "programme.make",
        "programme.open",
        "programme.waiting",
        "referral.accept",
        "referral.answered",
        "referral.close",
        "referral.send",
        "register.enter",
        "register.leave",
        "register.update",
        "request.open",
        "sheet.fill",
        "sheet.save",
        "transfer.close",
        "transfer.collect",
        "visit.close",
        "visit.next",
        "visit.open",
        "visit.ready",
        "zone.settled",
    }
)
"""Topics of all operations of the catalogue, known without importing the rooms that carry them out."""

CHECKS: Final = frozenset({"commission.exists", "partner.chosen", "referral.answer", "register.entry"})
"""Names of all checks of the catalogue, known in the same way."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def shipped_roles() -> frozenset[str]:
    """Codes of the roles that come with the product."""
    loader = _Loader((processes_dir() / "roles.yaml").read_text(encoding="utf-8"))
    try:
        content = loader.get_single_data()
    finally:
        loader.dispose()
    return frozenset(role["code"] for role in content["roles"])


def shipped_known() -> Known:
    """Roles, norms and operations; no process, decision or form: those are files, and so are all who call."""
    return Known(
        roles=shipped_roles(),
        forms=(),
        decisions=(),
        norms=Norms(shipped_norms()).keys(),
        processes=(),
        topics=TOPICS,
        checks=CHECKS,
        handed=lambda _process: (),
    )
