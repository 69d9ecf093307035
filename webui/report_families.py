"""Tables of the reports on families in need at once: emergencies, and who of the «red zone» is supported."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.records.emergencies import KINDS
from engine.reports import emergencies as emergency_figures
from engine.reports import red_zone as zone_figures
from engine.reports.asked import Asked
from engine.reports.facts import Behind, Figures
from webui.guards import runtime
from webui.report_sheets import Cell, Sheet, share
from webui.report_words import Asking, aim_sheet, linked


def emergencies(asking: Asking) -> list[Sheet]:
    """C84: notices by kind, whether children were harmed, whether the ministry was told in time."""
    found = emergency_figures.emergencies(asking.conn, asking.asked, asking.rt.clock.now())
    lines = [(KINDS.get(kind, _("вид ещё не записан")), row, kind) for kind, row in found.kinds.items()]
    return [
        Sheet(
            _("Сообщения о беде с семьёй"),
            _(
                "Считаются дела пути «Информирование о ЧС с семьёй» по дню, когда о беде узнали. Вид и "
                "пострадавшие — из принятого сообщения. Сообщено в срок — шаг «Сообщить министерству» "
                "закончен до своего срока. Прекращённое дело в счёт не идёт, оно в последнем столбце."
            ),
            [
                _("Вид"),
                _("Случаев"),
                _("Дети пострадали"),
                _("Дети не пострадали"),
                _("Пока не записано"),
                _("Погиб ребёнок"),
                _("Сообщено в срок"),
                _("Сообщено позже"),
                _("Ещё не сообщено"),
                _("Срок сообщить прошёл"),
                _("Прекращено"),
            ],
            [
                *(_emergency_row(asking, words, row, kind) for words, row, kind in lines),
                _emergency_row(asking, _("Все виды"), found.whole, None),
            ],
        )
    ]


def _emergency_row(asking: Asking, words: str, row: Figures, kind: str | None) -> list[Cell]:
    names = ("all", *emergency_figures.CHILDREN, "died", *emergency_figures.TOLD, "given_up")
    part = "" if kind is None else kind or NOT_WRITTEN
    return [Cell(words), *(linked(asking, row, name, part) for name in names)]


NOT_WRITTEN = "-"
"""Stands in an address for the kind that nobody has written down: an empty part would be all of them."""


def emergency_rows(conn: Connection, asked: Asked, figure: str, part: str) -> list[Behind]:
    """Notices behind a figure."""
    kind = emergency_figures.UNKNOWN if part == NOT_WRITTEN else part or None
    return emergency_figures.facts(asked, runtime().clock.now()).listed(conn, figure, kind)


def red_zone(asking: Asking) -> list[Sheet]:
    """C38: of the families that stand in the red zone, those supported as in danger or at risk."""
    found = zone_figures.red_zone(asking.conn, asking.asked)
    titles = {
        "all": _("Семей в «красной зоне» на конец периода"),
        "supported": _("СОП или группа риска, сопровождают"),
        "unsupported": _("СОП или группа риска, не сопровождают"),
        "others_supported": _("Другое положение, сопровождают"),
        "others_unsupported": _("Другое положение, не сопровождают"),
        "registered": _("Из всех — на учёте комиссии по делам несовершеннолетних"),
    }
    part_of_all = share(found["supported"], found["all"])
    return [
        aim_sheet(asking, "red_zone_supported", part_of_all),
        Sheet(
            _("Кого из «красной зоны» сопровождают"),
            _(
                "Считаются записи регистра «красная зона», которые стоят на конец последнего дня периода "
                "(если он впереди — сегодня). Положение — из записи регистра. Сопровождают — в этот день о "
                "семье шло дело о сопровождении или о профилактическом учёте; прекращённое дело не "
                "считается. Четыре строки о положении вместе — верхняя; на учёте комиссии — отдельный счёт."
            ),
            [_("Что считаем"), _("Семей"), _("Доля")],
            [
                [Cell(words), linked(asking, found, name), share(found[name], found["all"])]
                for name, words in titles.items()
            ],
        ),
    ]


def red_zone_rows(conn: Connection, asked: Asked, figure: str, _part: str) -> list[Behind]:
    """Entries behind a figure."""
    return zone_figures.facts(asked).listed(conn, figure)
