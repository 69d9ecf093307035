"""Tables of the report on partners: how soon they answer, what they gave, letters about several families."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.records.letters import RESULTS
from engine.records.referrals import FIGURES
from engine.reports import answers
from engine.reports import letters as letter_figures
from engine.reports.asked import Asked
from engine.reports.facts import Behind
from webui.report_sheets import Cell, Sheet
from webui.report_words import Asking, linked, number_of


def partners(asking: Asking) -> list[Sheet]:
    """RP-12: how each partner answers, and what partners gave."""
    found = answers.answers(asking.conn, asking.asked)
    whole = answers.together(found)
    lines = [(each.name, each, str(each.partner_id)) for each in found]
    lines.append((_("Все ведомства"), whole, ""))
    return [
        Sheet(
            _("Сроки ответов"),
            _(
                "Считаются документы, которые отправили в этот период, хотя бы ответ пришёл позже. В срок — "
                "ответ в день срока или раньше; день ответа — когда его внёс партнёр или какой стоит на "
                "бумаге, а не когда отправитель его проверил. Закрыто без ответа — срок вышел, и ждать "
                "перестали. Дни — рабочие, от отправки до ответа; медиана — половина ответов пришла "
                "быстрее. Одно письмо о многих семьях — один документ."
            ),
            [
                _("Ведомство"),
                _("Отправлено"),
                _("Ответ в срок"),
                _("Ответ позже срока"),
                _("Закрыто без ответа"),
                _("Ждём, срок впереди"),
                _("Ждём, срок прошёл"),
                _("Отозвано"),
                _("Медиана, раб. дней"),
            ],
            [_answer_row(asking, *line) for line in lines],
        ),
        Sheet(
            _("Что дали обращения"),
            _(
                "Числа из ответов: скольким семьям, людям и детям помогли, сколько выдали, сколько людей "
                "звали и сколько семей отказались. Без ответа — не считается."
            ),
            [
                _("Ведомство"),
                _("Семей"),
                _("Людей"),
                _("Детей"),
                _("Выдано"),
                _("Приглашено людей"),
                _("Отказались, семей"),
                _("Отказались: вещей, путёвок"),
            ],
            [[Cell(name), *(Cell(each.given[what]) for what in FIGURES)] for name, each, _part in lines],
        ),
        *_letters(asking),
    ]


def _letters(asking: Asking) -> list[Sheet]:
    """Letters about several families by families; no table where there were none."""
    found = letter_figures.letters(asking.conn, asking.asked)
    if not found:
        return []
    titles = {
        "all": _("Семей в письмах"),
        **RESULTS,
        letter_figures.OPEN: _("ответа ещё нет"),
        letter_figures.REVOKED: _("письмо отозвано"),
    }
    rows = [
        [
            Cell(each.name),
            Cell(each.letters),
            *(linked(asking, each.families, name, f"{LETTERS}{each.partner_id}") for name in titles),
        ]
        for each in found
    ]
    return [
        Sheet(
            _("Письма о многих семьях: по семьям"),
            _(
                "Каждая семья письма считается отдельно, вместе с ответом о ней; письма — по дню отправки. "
                "Ответы, ожидание и отозванные письма вместе — все семьи."
            ),
            [_("Ведомство"), _("Писем"), *titles.values()],
            rows,
        )
    ]


LETTERS = "letters-"
"""Before the number of a partner: its letters are meant, by families."""


def _answer_row(asking: Asking, name: str, each: answers.Answers, part: str) -> list[Cell]:
    counted = {"all": each.sent, **each.outcomes}
    days = each.median_days
    middle = Cell("", "—") if days is None else Cell(days, f"{days:g}".replace(".", ","))
    return [Cell(name), *(linked(asking, counted, figure, part) for figure in counted), middle]


def partner_rows(conn: Connection, asked: Asked, figure: str, part: str) -> list[Behind]:
    """Documents behind a figure of a partner, or families on its letters."""
    if part.startswith(LETTERS):
        return letter_figures.facts(asked).listed(conn, figure, number_of(part.removeprefix(LETTERS)))
    return answers.listed(conn, asked, figure, number_of(part))
