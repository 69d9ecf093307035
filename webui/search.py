"""What people look for is mostly a name: in words it goes in the body of a request only. In an address, and
so in logs and the browser's history, it stands sealed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.model import Permission
from webui.addresses import local_page, with_value
from webui.guards import actor, permission

pages = Blueprint("search", __name__)

FIELD = "q"
MOST = 100
"""Characters of a question; more are cut off."""


@pages.post("/search")
@permission(Permission.TASK_WORK)
def ask() -> Response:
    """Lead to the page of the box with what was typed sealed into its address."""
    page = request.form.get("page", "")
    if not local_page(page):
        page = url_for("inbox.show")
    return redirect(with_value(page, FIELD, sealed(request.form.get(FIELD, ""))), 303)


def sought() -> str:
    """What the person looks for on this page; empty when nothing, and for what somebody else has sealed."""
    try:
        token = urlsafe_b64decode(request.args.get(FIELD, ""))
        return _cipher().decrypt(token, _whose()).decode()
    except (ValueError, InvalidTag):
        return ""


def sealed(words: str) -> str | None:
    """The value for the address, the same for the same words; None for none."""
    asked = words.strip()[:MOST]
    if not asked:
        return None
    return urlsafe_b64encode(_cipher().encrypt(asked.encode(), _whose())).decode()


def _cipher() -> AESSIV:
    secret = str(current_app.config["SECRET_KEY"])
    return AESSIV(sha256(f"search {secret}".encode()).digest())


def _whose() -> list[bytes]:
    return [str(actor().user_id).encode()]
