"""Putting the workplace together: one Flask application over one runtime."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from engine.records.lengths import LONGEST
from engine.runtime import Runtime
from webui import (
    absences,
    admin,
    calendar,
    calendar_editing,
    cases,
    commission_editing,
    commissions,
    consents,
    documents,
    failures,
    families,
    feed,
    forecast,
    frame,
    guards,
    handover,
    inbox,
    language,
    measures,
    merging,
    monitor,
    norms,
    notices,
    opening,
    organisations,
    overdue,
    papers,
    partners,
    personal_file,
    reassigning,
    recalculations,
    records,
    referrals,
    registers,
    repair,
    reports,
    search,
    security,
    session,
    settlements,
    sittings,
    tasks,
    terms,
    trials,
    ui,
    versions,
    visits,
    workshop,
)
from webui.addresses import Asked, RowNumber

FAMILIES = (
    session,
    inbox,
    tasks,
    cases,
    opening,
    terms,
    repair,
    documents,
    records,
    merging,
    families,
    personal_file,
    measures,
    monitor,
    reassigning,
    forecast,
    reports,
    notices,
    feed,
    organisations,
    overdue,
    referrals,
    workshop,
    papers,
    trials,
    versions,
    calendar,
    calendar_editing,
    absences,
    norms,
    recalculations,
    handover,
    admin,
    partners,
    settlements,
    search,
    visits,
    registers,
    commissions,
    consents,
    sittings,
    commission_editing,
)
"""Page families: each module has one Blueprint called `pages`."""


def create_app(rt: Runtime, *, plain_http: bool = False, behind_proxy: bool = False) -> Flask:
    """The WSGI application. `plain_http` answers other machines without TLS: only behind a proxy that adds
    it.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=rt.settings.secret_key,
        MAX_CONTENT_LENGTH=rt.settings.upload_megabytes * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="marshrut",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=behind_proxy,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=rt.settings.locale,
    )
    app.request_class = Asked
    app.extensions["marshrut"] = rt
    app.jinja_env.globals["attachments_allowed"] = rt.settings.attachments
    app.jinja_env.globals["longest"] = LONGEST
    app.url_map.converters["int"] = RowNumber
    language.attach(app)
    CSRFProtect(app)
    security.protect(app, plain_http=plain_http)
    session.attach(app)
    ui.register(app)
    frame.register(app)
    failures.handle(app)
    for family in FAMILIES:
        app.register_blueprint(family.pages)
    guards.check_all_guarded(app)
    return app
