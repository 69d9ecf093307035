"""`marshrut diff`: sentences, data, exit codes."""

from __future__ import annotations

from tests.engine.bpmn.drawing import diagram, end, path, start, user
from tests.engine.commands.calling import call


def files(tmp_path, *names):
    paths = []
    for number, name in enumerate(names):
        file = tmp_path / f"{number}.bpmn"
        file.write_bytes(diagram(start(), user("a", name=name), end(), path("s a e")))
        paths.append(str(file))
    return paths


def test_the_same_files_differ_in_nothing(tmp_path):
    answer = call("diff", *files(tmp_path, "А", "А"))
    assert (answer.code, answer.out) == (0, "Разницы нет.\n")


def test_what_differs_is_told_in_sentences(tmp_path):
    answer = call("diff", *files(tmp_path, "А", "Б"))
    assert answer.code == 1
    assert answer.out == "Изменено: шаг «Б»: название: было «А», стало «Б».\nИзменений: 1.\n"


def test_what_differs_is_told_as_data(tmp_path):
    answer = call("diff", *files(tmp_path, "А", "Б"), "--json")
    assert answer.code == 1
    assert answer.json["changes"][0]["element"] == "a"


def test_a_file_that_can_not_be_read_is_said(tmp_path):
    broken = tmp_path / "x.bpmn"
    broken.write_text("<a")
    answer = call("diff", str(broken), str(broken))
    assert answer.code == 2
    assert "Схему" in answer.err
