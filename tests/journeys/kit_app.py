"""A small site that shows the gallery of the interface parts under the content policy of the product."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from werkzeug.serving import make_server

from webui import ui

WEBUI = Path(ui.__file__).parent
SAMPLES = Path(__file__).parent / "kit"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SECTIONS = (
    ("inbox", "Задачи", "tasks"),
    ("case", "Дела", "case"),
    ("monitor", "Монитор", "monitor"),
    ("methods", "Пути", "pathway"),
    ("step", "Шаг", "journal"),
)
MORE_SECTIONS = (
    ("visits", "Выезды", "visit"),
    ("registers", "Регистры", "register"),
    ("calendar", "Календарь", "calendar-section"),
    ("accounts", "Сотрудники", "person"),
)
"""A supervisor has so many that few windows show them all: these are added on the page of the monitor."""


class Site:
    """The running gallery: its address, what browsers sent to it, and how it is to answer."""

    def __init__(self) -> None:
        self.address = ""
        self.received: list[tuple[str, str, Any]] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.token = "first-token"
        self.signed_in = True
        self.answering = threading.Event()
        """While it is clear, what browsers send is left without an answer."""
        self.answering.set()

    def sent(self, method: str, path: str) -> list[Any]:
        return [body for verb, where, body in self.received if (verb, where) == (method, path)]


def gallery(site: Site) -> Flask:
    app = Flask("gallery", template_folder=str(WEBUI / "templates"), static_folder=str(WEBUI / "static"))
    Babel(app, default_locale="ru")
    ui.register(app)
    app.jinja_env.globals["csrf_token"] = lambda: site.token
    app.context_processor(_frame)

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.after_request
    def whole(response: Response) -> Response:
        """A browser that goes on amid a file must not leave the file open in this process."""
        if response.direct_passthrough:
            file: Any = response.response
            response.direct_passthrough = False
            response.set_data(b"".join(file))
            file.close()
        return response

    @app.get("/kit")
    def parts() -> str:
        return render_template("kit.html")

    @app.get("/kit/<name>")
    def page(name: str) -> str:
        return render_template(f"kit/{name}.html")

    @app.get("/samples/<name>")
    def sample(name: str) -> Response:
        return Response((SAMPLES / name).read_bytes(), content_type="application/xml")

    @app.get("/session")
    def session() -> Response:
        return jsonify(signed_in=site.signed_in, user_key="u1", csrf_token=site.token)

    @app.route("/post/<path:name>", methods=["POST", "PUT"])
    def receive(name: str) -> ResponseReturnValue:
        body = request.get_json() if request.is_json else request.form.to_dict()
        site.received.append((request.method, f"/post/{name}", body))
        site.answering.wait(10)
        if not site.signed_in:
            return jsonify(), 401
        if request.headers.get("X-CSRFToken", request.form.get("csrf_token")) != site.token:
            return jsonify(), 400
        if not request.is_json:
            return redirect("/kit/case", 303)
        status, answer = site.answers.get(f"/post/{name}", (200, {"location": "/kit"}))
        return jsonify(answer), status

    return app


def _frame() -> dict[str, Any]:
    here = request.path.rpartition("/")[2]
    return {
        "nav": [
            {"href": f"/kit/{name}", "label": label, "icon": icon, "current": name == here}
            for name, label, icon in (*SECTIONS, *(MORE_SECTIONS if here == "monitor" else ()))
        ],
        "user": {
            "name": "Крылова О. П.",
            "role_words": "специалист",
            "initials": ui.initials("Крылова О. П."),
            "key": "u1",
            "today": "2026-01-19",
        },
        "language": request.args.get("language", "ru"),
        "demo": True,
        "notice_count": 4,
        "urls": {
            "home": "/kit",
            "search": "/kit/inbox",
            "notices": "/kit",
            "session": "/session",
            "sign_in": "/kit",
            "sign_out": "/post/sign-out",
        },
        "footer_words": [
            "Верхнереченский КЦСОН (вымышленный)",
            "Сегодня понедельник, 19 января 2026 · 14:35",
            "Календарь 2026 года подтверждён",
        ],
    }


@contextmanager
def running() -> Iterator[Site]:
    site = Site()
    server = make_server("127.0.0.1", 0, gallery(site), threaded=True)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
