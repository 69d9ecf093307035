"""Moving running cases to another version from the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from engine.commands.output import FINDINGS, json_option, logs_to_stderr, print_json
from engine.errors import InvalidData

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.versions.moving import Moved
    from engine.versions.planning import Verdict

OUTCOMES = {"moves": "переводится", "waits": "подождёт", "cannot": "нельзя"}


@click.command()
@click.argument("process", metavar="ПРОЦЕСС")
@click.option("--to", "version", type=int, metavar="ВЕРСИЯ", help="Номер версии, на которую перевести.")
@click.option(
    "--plan", "deed", flag_value="plan", default="plan", help="Только посмотреть (так и без ключа)."
)
@click.option("--do", "deed", flag_value="do", help="Перевести все дела, которые можно.")
@click.option("--undo", type=int, metavar="НОМЕР", help="Вернуть дела, переведённые по плану с этим номером.")
@click.option(
    "--rename", "renames", metavar="БЫЛО=СТАЛО", multiple=True, help="Элемент сменил id; можно несколько раз."
)
@click.option(
    "--reason",
    metavar="ПРИЧИНА",
    default="",
    help="Почему: останется в истории дел. Нужна, чтобы перевести или вернуть.",
)
@json_option
def migrate(
    process: str,
    version: int | None,
    deed: str,
    undo: int | None,
    renames: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Перевести идущие дела процесса на другую версию.

    Каждое дело проверяется на копии и пробуется до конца; чего новая версия не может продолжить, остаётся на
    своей. Код 1: не все дела переводятся (или возвращены).
    """
    logs_to_stderr()
    from engine.bootstrap import open_runtime
    from engine.settings import load

    rt = open_runtime(load())
    if undo is not None:
        _undo(rt, undo, reason, as_json)
        return
    if version is None:
        raise InvalidData("Не сказано, на какую версию перевести.", {"to": "Добавьте --to ВЕРСИЯ."})
    _carry_out(rt, process, version, _pairs(renames), deed == "do", reason, as_json)


def _pairs(renames: Sequence[str]) -> Mapping[str, str]:
    found = dict(each.partition("=")[::2] for each in renames)
    if not all(old and new for old, new in found.items()):
        raise InvalidData("Сопоставление не читается.", {"rename": "Пишите его так: --rename было=стало."})
    return found


def _carry_out(
    rt: Runtime, process: str, version: int, renames: Mapping[str, str], do: bool, reason: str, as_json: bool
) -> None:
    from engine.model import SYSTEM
    from engine.versions.moving import move_cases
    from engine.versions.planning import draft_plan, judge_cases, make_plan

    if do:
        plan_id = make_plan(rt, SYSTEM, process, version, renames, reason)
        _tell_moved(plan_id, move_cases(rt, SYSTEM, plan_id, reason), "переведено", as_json)
        return
    with rt.database.read() as conn:
        plan = draft_plan(rt, conn, SYSTEM, process, version, renames)
        judged = judge_cases(rt, conn, SYSTEM, plan)
    if as_json:
        print_json({"total": judged.total, "cases": [_verdict_json(each) for each in judged.verdicts]})
    else:
        for each in judged.verdicts:
            click.echo(_verdict_words(each))
        click.echo(f"Дел: {judged.total}, показано: {len(judged.verdicts)}. Ничего не изменено.")
    if any(each.outcome != "moves" for each in judged.verdicts):
        sys.exit(FINDINGS)


def _verdict_words(verdict: Verdict) -> str:
    told = "; ".join(filter(None, (verdict.reason, *verdict.notes)))
    said = OUTCOMES[verdict.outcome] + (f". {told}" if told else "")
    return f"{verdict.number} (версия {verdict.version}): {said}"


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "case": verdict.case_id,
        "number": verdict.number,
        "version": verdict.version,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "notes": list(verdict.notes),
        "lacks": verdict.lacks,
    }


def _undo(rt: Runtime, plan_id: int, reason: str, as_json: bool) -> None:
    from engine.model import SYSTEM
    from engine.versions.moving import undo_moves

    _tell_moved(plan_id, undo_moves(rt, SYSTEM, plan_id, reason), "возвращено", as_json)


def _tell_moved(plan_id: int, moved: Sequence[Moved], word: str, as_json: bool) -> None:
    done = sum(each.done for each in moved)
    if as_json:
        cases = [
            {"case": each.case_id, "number": each.number, "done": each.done, "reason": each.reason}
            for each in moved
        ]
        print_json({"plan": plan_id, "done": done, "cases": cases})
    else:
        for each in moved:
            click.echo(f"{each.number}: {word if each.done else f'не {word}. {each.reason}'}")
        click.echo(f"План № {plan_id}. {word.capitalize()}: {done} из {len(moved)}.")
    if done < len(moved):
        sys.exit(FINDINGS)
