"""What the pages of records and reports cost with a tenth of the families and with all of them.

    python -m benchmarks.records [--families 3000] [--database postgresql://…]

The families of a municipality with their people, cases, registers, a year of monitoring sheets and visits,
documents to partners, sittings and measures are put into the tables directly; then a head of the department
that keeps them all opens every list, card and report through the application. CPU is that of this process
(on PostgreSQL without the server's), the least of three; statements are counted at the first time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.municipality import Municipality, instance
from engine.access.tables import account
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from webui.app import create_app

PAGES = (
    "/",
    "/cases",
    "/monitor",
    "/monitor/forecast",
    "/people",
    "/people/1",
    "/people/1/file",
    "/people/duplicates",
    "/families/1",
    "/families/1/file",
    "/measures",
    "/measures?show=all",
    "/referrals",
    "/referrals?show=all",
    "/visits",
    "/registers",
    "/registers/prevention",
    "/registers/families/1",
    "/commissions",
    "/commissions/1",
    "/reports/commissions",
    "/reports/visits",
    "/reports/stream",
    "/reports/registers",
    "/reports/red-zone",
    "/reports/emergencies",
    "/reports/partners",
    "/reports/visits/list?figure=all",
    "/registers/prevention/export.xlsx",
)
SEARCHES = ("/people", "/cases", "/")


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU, statements, kilobytes of the answer."""

    span: float
    statements: int
    size: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=3_000)
    parser.add_argument("--database", help="an empty PostgreSQL database; without it a file of SQLite")
    wanted = parser.parse_args()
    few = {} if wanted.database else _costs(wanted.families // 10, None)
    many = _costs(wanted.families, wanted.database)
    print(f"{'ms of CPU, statements, kB':>40} {wanted.families // 10:>16} {wanted.families:>16}  ratio")
    for page, cost in many.items():
        less = few.get(page)
        before = f"{less.span:6.0f} {less.statements:4} {less.size:4}" if less else ""
        ratio = f"{cost.span / less.span:6.1f}" if less else ""
        print(f"{page:>40} {before:>16} {cost.span:6.0f} {cost.statements:4} {cost.size:4} {ratio}")


def _costs(families: int, url: str | None) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory(prefix="marshrut-bench-") as folder:
        rt, unit_id = instance(Path(folder), url)
        with rt.database.write() as conn:
            Municipality(rt, conn, unit_id, families).fill()
        app = create_app(rt)
        client = _signed_in(app, rt)
        costs = {page: _cost(rt, client, page) for page in PAGES}
        for page in SEARCHES:
            sent = client.post("/search", data={"page": page, "q": "Дроздова"})
            costs[f"{page} search"] = _cost(rt, client, sent.location)
        rt.database.close()
        rt.vault.store.database.close()
        return costs


def _cost(rt: Runtime, client: FlaskClient, page: str) -> Cost:
    with count_statements(rt.database) as count:
        answer = client.get(page)
        size = len(answer.data)
    if answer.status_code != 200:
        raise SystemExit(f"{page}: {answer.status_code}")
    return Cost(min(_span(client, page) for _ in range(3)), count.statements, size // 1024)


def _span(client: FlaskClient, page: str) -> float:
    began = time.process_time()
    client.get(page).get_data()
    return 1000 * (time.process_time() - began)


def _signed_in(app: Flask, rt: Runtime) -> FlaskClient:
    """The browser of the head; no password is looked at."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    with rt.database.read() as conn:
        stamp = conn.execute(select(account.c.stamp).where(account.c.id == 1)).scalar_one()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"1:{stamp}", True
    return client


if __name__ == "__main__":
    main()
