"""The tables of each report: its figures in words, with what counts beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.model import Actor
from engine.records.commissions import COUNTED, ITEM_KINDS
from engine.records.crews import ABSENCES, SERVICES
from engine.records.registers import REGISTERS
from engine.reports import questions
from engine.reports import registers as register_figures
from engine.reports import visits as visit_figures
from engine.reports.asked import Asked, Span
from engine.reports.facts import Behind, Figures
from engine.reports.goals import Aim, Goal, goals_of
from engine.reports.questions import Considered
from engine.runtime import Runtime
from webui.addresses import row_number
from webui.calendar import MONTHS
from webui.report_sheets import Cell, Chart, Point, Sheet, share


class Link(Protocol):
    """The address of the list behind a figure: of a part, or of other days, where they are given."""

    def __call__(self, figure: str, part: object = "", span: Span | None = None) -> str: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """What a report is made from."""

    rt: Runtime
    conn: Connection
    actor: Actor
    asked: Asked
    link: Link

    def goals(self) -> dict[str, Goal]:
        """Indicators of the municipality of whoever asks."""
        return goals_of(self.conn, self.rt.directory.tree().municipality(self.actor.unit_id))


Make = Callable[[Asking], list[Sheet]]
Rows = Callable[[Connection, Asked, str, str], list[Behind]]


def month_words(span: Span) -> str:
    """«Январь 2026»."""
    return f"{MONTHS[span.first.month - 1]} {span.first.year}"


def commissions(asking: Asking) -> list[Sheet]:
    """RP-01: sittings, questions by kinds and their sum; what of it was about cases of the units."""
    found = questions.questions(asking.rt, asking.conn, asking.actor, asking.asked)
    wrong = [each for each in found if not each.heard.agrees]
    return [
        Sheet(
            _("По протоколам комиссий"),
            _(
                "Считаются заседания, которые состоялись, по дню заседания. Всего — сколько решений в "
                "протоколах; виды — по повесткам. Отложенный вопрос в этом заседании не считается: его "
                "сочтут там, где решат. Вопрос, отозванный до решения, и отменённое заседание не считаются."
            ),
            [_("Что считаем"), *(each.commission.name for each in found)],
            _heard_rows(asking, found),
            warning=" ".join(
                _(
                    "%(name)s: по протоколам вопросов %(total)s, по видам %(sum)s. Сверьте протоколы.",
                    name=each.commission.name,
                    total=each.heard.total,
                    sum=each.heard.summed,
                )
                for each in wrong
            ),
        ),
        _our_questions(asking, found),
    ]


def _heard_rows(asking: Asking, found: list[Considered]) -> list[list[Cell]]:
    lines: list[tuple[str, Callable[[Considered], Cell]]] = [
        (_("Заседаний"), lambda each: _sittings_cell(asking, each)),
        (_("Рассмотрено вопросов, всего"), lambda each: Cell(each.heard.total)),
        *(
            (ITEM_KINDS[kind], lambda each, place=place: Cell(each.heard.counted[place]))
            for place, kind in enumerate(COUNTED)
        ),
        (_("Прочие вопросы"), lambda each: Cell(each.heard.others)),
        (_("Сумма по видам"), _sum_cell),
        (_("Отложено, в счёт не идёт"), lambda each: Cell(each.heard.postponed)),
    ]
    return [[Cell(words), *(cell(each) for each in found)] for words, cell in lines]


def _sittings_cell(asking: Asking, each: Considered) -> Cell:
    held = each.heard.sittings
    return Cell(held, href=asking.link("sittings", each.commission.id) if held else None)


def _sum_cell(each: Considered) -> Cell:
    if each.heard.agrees:
        return Cell(each.heard.summed, role="ok")
    return Cell(each.heard.summed, _("%(sum)s, не сходится", sum=each.heard.summed), role="urgent")


def _our_questions(asking: Asking, found: list[Considered]) -> Sheet:
    """The same questions by the cases of the units, each figure with its list."""

    def line(words: str, figure: str) -> list[Cell]:
        return [
            Cell(words),
            *(linked(asking, each.ours, figure, each.commission.id) for each in found),
        ]

    others = [kind for kind in ITEM_KINDS if kind not in COUNTED]
    return Sheet(
        _("По делам выбранных подразделений"),
        _(
            "Те же вопросы, но только по делам ваших подразделений; каждое число открывает список. Семья, "
            "чьи вопросы рассмотрели дважды, — это два вопроса и одна семья."
        ),
        [_("Что считаем"), *(each.commission.name for each in found)],
        [
            line(_("Рассмотрено вопросов"), "all"),
            *(line(ITEM_KINDS[kind], kind) for kind in (*COUNTED, *others)),
            line(_("Из них отложенные раньше"), "again"),
            line(_("Отложено, в счёт не идёт"), "postponed"),
            [Cell(_("Семей, о которых шла речь")), *(Cell(each.families) for each in found)],
        ],
    )


def commission_rows(conn: Connection, asked: Asked, figure: str, part: str) -> list[Behind]:
    """Questions behind a figure of a commission, or its sittings."""
    found = questions.sittings(asked) if figure == "sittings" else questions.facts(asked)
    return found.listed(conn, figure, number_of(part))


def visits(asking: Asking) -> list[Sheet]:
    """RP-08: who agreed to the schedule, how it was carried out, the share of the full crew, which services
    were missed.
    """
    found = visit_figures.visits(asking.conn, asking.asked)
    agreed = visit_figures.schedules(asking.conn, asking.asked)
    return [
        _agreed(agreed),
        aim_sheet(
            asking, "schedule_agreed", _both_agreed(agreed[0]) if agreed else Cell("", "—"), whole=True
        ),
        _schedule(asking, found),
        _crews(asking, found),
        aim_sheet(
            asking,
            "full_crew",
            share(found.whole["full"], found.whole["full"] + found.whole["not_full"]),
        ),
        _services(found),
    ]


def _agreed(found: Sequence[visit_figures.Schedule]) -> Sheet:
    """A line a year: the day of approval and each service that was asked."""
    services = [each for each in SERVICES if any(each in schedule.agreed for schedule in found)]
    return Sheet(
        _("График согласован"),
        _(
            "Считаются утверждённые графики годов этого периода: согласилась ли служба до утверждения. "
            "График, утверждённый раньше, чем программа стала это записывать, согласий не показывает."
        ),
        [_("Год"), _("Утверждён"), *(SERVICES[each][0] for each in services), _("Полиция и больница")],
        [
            [
                Cell(schedule.year),
                Cell(f"{schedule.day:%d.%m.%Y}"),
                *(_yes_or_no(schedule.agreed.get(each)) for each in services),
                _both_agreed(schedule),
            ]
            for schedule in found
        ],
        nothing=_("На годы этого периода утверждённого графика нет."),
    )


def _yes_or_no(agreed: bool | None) -> Cell:
    if agreed is None:
        return Cell("", "—")
    return Cell(_("да"), role="ok") if agreed else Cell(_("нет"), role="soon")


def _both_agreed(schedule: visit_figures.Schedule) -> Cell:
    """How many of the two services that the indicator asks for agreed."""
    if not schedule.agreed:
        return Cell("", "—")
    of = len(visit_figures.MUST_AGREE)
    figures = {"n": schedule.wanted, "all": of}
    words = (
        _("да, %(n)s из %(all)s", **figures)
        if schedule.wanted == of
        else _("нет, %(n)s из %(all)s", **figures)
    )
    return Cell(schedule.wanted, words)


def _no_visits(asking: Asking) -> str:
    """Why there is nothing to count."""
    if asking.asked.units is None:
        return _("За этот период выездов не было.")
    return _(
        "За этот период не было выездов к семьям, которые ведут эти подразделения. Выезды к остальным "
        "семьям считают у тех, кто их ведёт; все выезды округа видят КДН и ЗП и руководитель."
    )


def _schedule(asking: Asking, found: visit_figures.Visits) -> Sheet:
    figures = ("scheduled", *(f"scheduled_{end}" for end in visit_figures.ENDS))
    return Sheet(
        _("Исполнение годового графика"),
        _(
            "Считаются выезды утверждённых графиков по дню выезда; перенесённый — по новому дню. Исполнение "
            "— доля состоявшихся среди тех, чей день прошёл. Выезды вне графика здесь не считаются. Выезд "
            "считают у всех, кто ведёт семью: у того, чьё дело едет, и у того, у кого есть дело о ней."
        ),
        [
            _("Месяц"),
            _("По графику"),
            _("Состоялись"),
            _("Никого не застали"),
            _("Не впустили"),
            _("Отменены"),
            _("Не состоялись, день прошёл"),
            _("Впереди"),
            _("Исполнение"),
        ],
        [
            [
                Cell(words),
                *(_spanned(asking, row, figure, span) for figure in figures),
                share(row["scheduled_held"], row["scheduled"] - row["scheduled_ahead"]),
            ]
            for words, row, span in _by_month(asking, found)
            if found.whole["scheduled"]
        ],
        nothing=_("По утверждённым графикам в этот период к семьям этих подразделений выездов нет.")
        if asking.asked.units
        else _("Утверждённых графиков с выездами в этот период нет."),
    )


def _crews(asking: Asking, found: visit_figures.Visits) -> Sheet:
    figures = ("all", "held", *visit_figures.CREWS)
    return Sheet(
        _("Полный состав"),
        _(
            "Считаются все выезды: по графику и вне его. Доля — среди состоявшихся выездов комиссии: на них "
            "обязательны КДН и ЗП, опека, полиция, больница, КЦСОН или замены от них. Выезд одной или "
            "нескольких служб комиссии не требует и в долю не входит."
        ),
        [
            _("Месяц"),
            _("Выездов"),
            _("Состоялись"),
            _("Полным составом"),
            _("Неполным"),
            _("Без комиссии"),
            _("Доля полного состава"),
        ],
        [
            [
                Cell(words),
                *(_spanned(asking, row, figure, span) for figure in figures),
                share(row["full"], row["full"] + row["not_full"]),
            ]
            for words, row, span in _by_month(asking, found)
            if found.whole["all"]
        ],
        nothing=_no_visits(asking),
    )


def _services(found: visit_figures.Visits) -> Sheet:
    return Sheet(
        _("Кого не было"),
        _(
            "По состоявшимся выездам комиссии: сколько раз служба была обязательна, сколько раз приехала она "
            "или замена от неё и почему её не было. Срочный выезд не ждёт тех, кого не позвали."
        ),
        [
            _("Служба"),
            _("Обязательна"),
            _("Приехала"),
            _("Не смогла, замены нет"),
            _("Обещала и не приехала"),
            _("Не звали: срочно"),
            _("Доля"),
        ],
        [
            [
                Cell(SERVICES[each.service][0]),
                Cell(each.needed),
                Cell(each.came),
                *(Cell(each.absent[why]) for why in ABSENCES),
                share(each.came, each.needed),
            ]
            for each in found.services
        ],
    )


def _by_month(asking: Asking, found: visit_figures.Visits) -> list[tuple[str, Figures, Span]]:
    """The whole period first, then its months."""
    asked = asking.asked
    months = [(month_words(span), found.months[span.month], span) for span in asked.months]
    return [(_("Весь период"), found.whole, Span(asked.first, asked.last)), *months]


def visit_rows(conn: Connection, asked: Asked, figure: str, _part: str) -> list[Behind]:
    """Visits behind a figure."""
    return visit_figures.facts(asked).listed(conn, figure)


def registers(asking: Asking) -> list[Sheet]:
    """A table and a drawing for each register in which anybody stands or stood; the preventive one always."""
    found = register_figures.courses(asking.conn, asking.asked)
    prevention = next(each for each in found if each.register == "prevention")
    # The aim is that of the whole municipality: a part of it is not drawn against it.
    aims = {"prevention": asking.goals()["prevention"].target.total} if asking.asked.units is None else {}
    return [aim_sheet(asking, "prevention", Cell(prevention.stands))] + [
        _register(asking, each, aims.get(each.register))
        for each in found
        if each.register == "prevention" or each.stood or each.came or each.left
    ]


def _register(asking: Asking, course: register_figures.Course, aim: int | None) -> Sheet:
    whole = Span(asking.asked.first, asking.asked.last)

    def cell(value: int, figure: str, span: Span) -> Cell:
        return Cell(value, href=asking.link(figure, course.register, span) if value else None)

    return Sheet(
        course.title,
        _(
            "Запись — одна семья или человек без семьи. Снятая в последний день месяца на конец месяца уже "
            "не стоит. Кто снят и снова поставлен, сочтён и среди снятых, и среди поставленных. Было + "
            "поставлено − снято = стоит. Людей считают по составу семьи в тот день."
        ),
        [
            _("Месяц"),
            _("Было на начало"),
            _("Поставлено"),
            _("Поставлено, людей"),
            _("Снято"),
            _("Снято, людей"),
            _("Стоит на конец"),
        ],
        [
            [
                Cell(_("Весь период")),
                Cell(course.stood),
                cell(course.came, "came", whole),
                Cell(course.people_came),
                cell(course.left, "left", whole),
                Cell(course.people_left),
                cell(course.stands, "stands", whole),
            ],
            *(
                [
                    Cell(month_words(each.span)),
                    Cell(each.stood),
                    cell(each.came, "came", each.span),
                    Cell(each.people_came),
                    cell(each.left, "left", each.span),
                    Cell(each.people_left),
                    cell(each.stands, "stands", each.span),
                ]
                for each in course.months
            ),
        ],
        chart=Chart(
            _("%(register)s: стоит на конец месяца", register=course.title),
            [Point(f"{each.span.first:%m.%y}", each.stands) for each in course.months],
            line=aim,
            line_words=_("цель %(n)s", n=aim),
        ),
    )


def aim_sheet(asking: Asking, key: str, now: Cell, *, whole: bool = False) -> Sheet:
    """Where an indicator began, what it should come to, where it stands: given and counted side by side.
    `whole`: it stands so in the whole municipality, whichever units were asked for.
    """
    goal = asking.goals()[key]
    everywhere = whole or asking.asked.units is None
    now_words = _("Сейчас") if everywhere else _("Сейчас, по вашим подразделениям")
    return Sheet(
        _("Показатель: исходное, цель и сейчас"),
        _(
            "«Было» и «цель» дал источник, программа их не измеряла; «сейчас» — из таблиц этого отчёта, за "
            "его период. «Было» и «цель» — всего муниципалитета."
        ),
        [_("Показатель"), _("Было"), _("Цель"), now_words, _("Источник")],
        [
            [
                Cell(f"{goal.title}, {goal.unit}"),
                _given(goal.before),
                _given(goal.target),
                now,
                Cell(goal.source),
            ]
        ],
    )


def _given(aim: Aim) -> Cell:
    return Cell("", "—") if aim.total is None else Cell(aim.total)


def register_rows(conn: Connection, asked: Asked, figure: str, part: str) -> list[Behind]:
    """Entries behind a figure of a register."""
    if part not in REGISTERS:
        raise NotFound(_("Такого регистра нет."), _("Откройте список из отчёта."))
    return register_figures.facts(asked, figure).listed(conn, figure, part)


def linked(asking: Asking, figures: Figures, figure: str, part: object = "") -> Cell:
    """A figure with its list; nothing leads from a zero."""
    value = figures[figure]
    return Cell(value, href=asking.link(figure, part) if value else None)


def _spanned(asking: Asking, figures: Figures, figure: str, span: Span) -> Cell:
    value = figures[figure]
    return Cell(value, href=asking.link(figure, span=span) if value else None)


def number_of(part: str) -> int | None:
    """The number of what a report is divided by; None where it is divided by nothing."""
    try:
        return row_number(part)
    except ValueError:
        return None
