"""Playing scenarios from the command line, on instances that are thrown away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from engine.commands.checking import read_uploads
from engine.commands.output import (
    FINDINGS,
    json_option,
    lang_option,
    logs_to_stderr,
    print_json,
    read_file,
    say,
)
from engine.english import spoken

if TYPE_CHECKING:
    from engine.scenarios.coverage import Coverage
    from engine.scenarios.verdict import Verdict


@click.command("try")
@click.argument("file", metavar="СХЕМА.bpmn")
@click.option(
    "--with",
    "others",
    metavar="ФАЙЛ",
    multiple=True,
    help="Вызываемый процесс, решение, форма; можно несколько.",
)
@click.option(
    "--scenario",
    "scripts",
    metavar="СЦЕНАРИЙ",
    multiple=True,
    required=True,
    help="YAML или JSON; можно несколько.",
)
@click.option("--coverage", is_flag=True, help="Показать, что на схемах осталось непройденным.")
@json_option
@lang_option
def try_scenarios(
    file: str, others: tuple[str, ...], scripts: tuple[str, ...], coverage: bool, as_json: bool
) -> None:
    """Проиграть сценарии на схеме с часами, которые можно переводить.

    Чего схеме не хватает (процессы, решения, формы), берётся из поставки.
    """
    logs_to_stderr()
    from engine.scenarios.ground import TrialGround
    from engine.scenarios.play import play
    from engine.scenarios.reading import read_scenarios

    scenarios = [each for path in scripts for each in read_scenarios(read_file(path), path)]
    with TrialGround(read_uploads((file, *others))) as ground:
        verdicts = [play(ground, scenario) for scenario in scenarios]
        passed = ground.coverage()
    if as_json:
        print_json({"scenarios": [each.to_json() for each in verdicts], "coverage": _coverage_json(passed)})
    else:
        for verdict in verdicts:
            _tell(verdict)
        failed = sum(not verdict.ok for verdict in verdicts)
        say(f"Сценариев: {len(verdicts)}, не прошло: {failed}.")
        if coverage:
            _tell_coverage(passed)
    if not all(verdict.ok for verdict in verdicts):
        sys.exit(FINDINGS)


def _coverage_json(passed: Coverage) -> dict[str, Any]:
    return {"elements": passed.elements, "flows": passed.flows, "missing": list(passed.missing)}


def _tell(verdict: Verdict) -> None:
    if verdict.ok:
        say(f"прошёл     {verdict.name}")
    else:
        place = f", шаг {verdict.step} ({verdict.words})" if verdict.step else ""
        say(f"не прошёл  {verdict.name}{place}")
        say(verdict.message, indent=4)
        for words, values in (("ожидалось", verdict.expected), ("получилось", verdict.got)):
            if values is not None:
                click.echo(f"    {spoken(words)}: {_in_words(values)}")
    for warning in verdict.warnings:
        say(warning, indent=4)


def _in_words(values: Any) -> str:
    import orjson

    from engine.scenarios.values import json_of

    return orjson.dumps(json_of(values)).decode()


def _tell_coverage(passed: Coverage) -> None:
    say(f"Пройдено элементов: {passed.elements:.1%}, стрелок: {passed.flows:.1%}.")
    if passed.missing:
        say(f"Не пройдено: {', '.join(passed.missing)}.")
