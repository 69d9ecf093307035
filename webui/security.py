"""What protects every answer: the content policy, safe headers, and no service without TLS beyond this
machine.
"""

from __future__ import annotations

import ipaddress

from flask import Flask, Request, Response, abort, request
from flask_babel import gettext as _

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""No inline script or style anywhere: what a methodologist or a citizen wrote can't become code of the
page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def protect(app: Flask, *, plain_http: bool) -> None:
    """Add the headers to every answer; refuse plain HTTP from other machines unless `plain_http` was asked
    for.
    """

    @app.before_request
    def refuse_plain_http() -> None:
        if not plain_http and not request.is_secure and not from_this_machine(request):
            abort(403, _("Без защищённого соединения (https) программа отвечает только на этом компьютере."))

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
"""Whoever passes requests on names here for whom: such a request may come from anywhere."""


def from_this_machine(asked: Request) -> bool:
    """True when the request came over the loopback interface, and nobody passed it on."""
    if any(name in asked.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(asked.remote_addr or "").is_loopback
    except ValueError:
        return False
