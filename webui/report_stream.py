"""RP-07 in tables: what was measured of visits, and beside it, apart, what a source says of before and of the
aim.
"""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.reports.asked import Asked
from engine.reports.facts import Behind
from engine.reports.goals import Aim, Goal
from engine.reports.stream import GATHERING, STEPS, Stream, listed, stream
from webui.guards import runtime
from webui.report_sheets import Cell, Sheet
from webui.report_words import Asking


def value_stream(asking: Asking) -> list[Sheet]:
    """Measured by step; then measured beside the given."""
    release = asking.rt.library.newest(asking.conn)
    found = stream(asking.conn, release, asking.asked) if release else Stream()
    return [_measured(asking, found), _given(found, asking.goals())]


def _measured(asking: Asking, found: Stream) -> Sheet:
    whole = found.visits
    lines = [
        [
            Cell(each.title),
            Cell(each.times, href=asking.link("step", each.node)),
            Cell("", "—") if each.norm is None else Cell(float(each.norm), _minutes(float(each.norm))),
            *(_mean(amount, whole) for amount in (each.work, each.waiting, each.arranged, each.whole)),
        ]
        for each in found.steps
    ]
    parts = [_mean(found.total(part), whole) for part in ("work", "waiting", "arranged", "whole")]
    total = [Cell(_("Весь выезд")), Cell(whole, href=asking.link("step")), Cell("", "—"), *parts]
    return Sheet(
        _("Измерено по шагам, в среднем на выезд"),
        _(
            "Считаются выезды, которые закончены и последний день которых в этом периоде. Минуты — рабочего "
            "времени, от конца прошлого шага до конца этого. Работа — минуты шага по схеме, у посещения "
            "записанные минуты, но не больше, чем прошло. «До назначенного дня» — время, когда день выезда "
            "уже известен и ещё не настал; у выезда по годовому графику день известен с самого начала, "
            "поэтому подтверждения участников — тоже это время. Остальное — ожидание. Тех, кого спрашивают "
            "одновременно, ждут вместе: это один шаг. Работа + ожидание + до назначенного дня = всего."
        ),
        [
            _("Шаг"),
            _("Раз"),
            _("Норма, мин"),
            _("Работа, мин"),
            _("Ожидание, мин"),
            _("До назначенного дня, мин"),
            _("Всего, мин"),
        ],
        [*lines, total] if whole else [],
    )


def _given(found: Stream, goals: dict[str, Goal]) -> Sheet:
    """What the source says stays apart from what was measured: by columns, and by words."""
    rows = []
    for key, part, nodes in (
        ("visit_wait", "waiting", STEPS),
        ("visit_work", "work", STEPS),
        ("visit_gather", "waiting", GATHERING),
    ):
        goal = goals[key]
        rows.append(
            [
                Cell(goal.title),
                _aim(goal.before),
                _aim(goal.target),
                _mean(found.total(part, nodes), found.visits),
                Cell(goal.source),
            ]
        )
    gather = goals["visit_gather"]
    by_schedule = _("%(title)s: выезды по годовому графику, их %(n)s", title=gather.title, n=found.scheduled)
    rows.append(
        [
            Cell(by_schedule),
            _aim(gather.before),
            _aim(gather.target),
            _mean(found.gathered, found.scheduled),
            Cell(gather.source),
        ]
    )
    wait, work = goals["visit_wait"], goals["visit_work"]
    measured = found.total("work") + found.total("waiting")
    rows.append(
        [
            Cell(_("Работа и ожидание вместе")),
            _both(wait.before, work.before),
            _both(wait.target, work.target),
            _mean(measured, found.visits),
            Cell(_("сложено здесь")),
        ]
    )
    given = _(
        "«Было» и «цель» программа не измеряла: их дал источник, и в измеренное они не входят. Слагаемые "
        "показаны; если в источнике напечатан другой итог, показаны оба. Измеренное — из таблицы выше: "
        "ожидание без времени до назначенного дня."
    )
    return Sheet(
        _("До и после: что даёт источник и что измерено"),
        " ".join(filter(None, (given, *(_difference(each) for each in (wait, work, goals["visit_gather"]))))),
        [
            _("Минуты"),
            _("Было, по источнику"),
            _("Цель, по источнику"),
            _("Измерено за период"),
            _("Источник"),
        ],
        rows,
    )


def _aim(aim: Aim) -> Cell:
    """«10 + 5 + 480 = 495», and what is printed where that is something else."""
    if aim.total is None:
        return Cell("", "—")
    added = " + ".join(map(str, aim.parts)) + f" = {aim.total}" if len(aim.parts) > 1 else str(aim.total)
    words = added if aim.agrees else _("%(added)s; напечатано %(printed)s", added=added, printed=aim.printed)
    return Cell(aim.total, words)


def _difference(goal: Goal) -> str:
    wrong = [aim for aim in (goal.before, goal.target) if not aim.agrees]
    return " ".join(
        _(
            "%(title)s: в источнике напечатано %(printed)s, слагаемые дают %(sum)s.",
            title=goal.title,
            printed=aim.printed,
            sum=aim.total,
        )
        for aim in wrong
    )


def _both(first: Aim, second: Aim) -> Cell:
    """Two totals by adding, and with those printed where they are others."""
    if first.total is None or second.total is None:
        return Cell("", "—")
    added = first.total + second.total
    if first.agrees and second.agrees:
        return Cell(added)
    printed = (first.printed or first.total) + (second.printed or second.total)
    return Cell(added, _("%(added)s; по напечатанному %(printed)s", added=added, printed=printed))


def _mean(amount: float, visits: int) -> Cell:
    if not visits:
        return Cell("", "—")
    mean = round(amount / visits, 1)
    return Cell(mean, _minutes(mean))


def _minutes(amount: float) -> str:
    return f"{amount:g}".replace(".", ",")


def stream_rows(conn: Connection, asked: Asked, figure: str, part: str) -> list[Behind]:
    """Visits in which a step was done, the longest wait first."""
    rt = runtime()
    release = rt.library.newest(conn)
    if figure != "step" or part not in ("", *STEPS):
        raise NotFound(_("Такого шага в отчёте нет."), _("Откройте список из отчёта."))
    return listed(conn, release, asked, part) if release else []
