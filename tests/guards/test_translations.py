"""What pages say is in the catalogues, translated, and compiled.

`./run python -m webui.translations.update` brings the catalogues up to date and names what is left.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.settings import LOCALES
from tests.guards.tree import ROOT, own_texts, place, python_files
from webui.language import LANGUAGES
from webui.translations.update import (
    OTHERS,
    catalog_of,
    compiled,
    folder_of,
    renewed,
    texts_of_pages,
    untranslated,
    written,
)

RUSSIAN = re.compile("[А-Яа-яЁё]")
MARKS = {"_", "_l", "gettext", "lazy_gettext"}

WITHOUT_GETTEXT = {
    "webui/language.py": "each language is called by its own name",
    "webui/one_server.py": "said by a command line",
    "webui/serving.py": "a command line, as Russian as the others",
    "webui/ui.py": "how Russian is written",
}
"""Files whose Russian is not for translating, and why."""

DATA = {
    *("лично", "по телефону", "письменно", "через законного представителя"),  # kept by a case as its answer
    *(
        "решения",
        "голосующие",
        "явка",
        "члены",
        "есть",
        "начало",
        "окончание",
    ),  # names in the case of a sitting
    *("если ", ", то "),  # parts of a sentence of the engine, where a page cuts it
}
"""Russian that pages read or write rather than say."""

GALLERY = ("webui/templates/kit/", "webui/templates/kit.html")
LITERAL = re.compile(r"""_\(\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
SAME_EVERYWHERE = re.compile(r"· Маршрут</title>|<span>Маршрут</span>|'[ВН]'")
"""The name of the product, and what is printed on keys."""


def test_the_instance_can_speak_the_languages_that_a_person_can_choose():
    assert tuple(LANGUAGES) == LOCALES


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_the_texts_of_the_pages(language):
    known = {message.id for message in catalog_of(language)}
    wanted = {message.id for message in texts_of_pages()}
    assert (wanted - known, known - wanted) == (set(), set())


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language):
    assert untranslated(catalog_of(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(language):
    assert [(message.id, faults) for message, faults in catalog_of(language).check()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_updating_a_catalogue_that_is_up_to_date_changes_nothing(language):
    path = folder_of(language) / "messages.po"
    assert written(renewed(language, texts_of_pages())) == path.read_bytes()


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_read_at_run_time_is_what_the_catalogue_compiles_to(language, tmp_path):
    fresh = tmp_path / "messages.mo"
    fresh.write_bytes(compiled(catalog_of(language)))
    assert texts(folder_of(language) / "messages.mo") == texts(fresh)


def texts(path: Path) -> dict[str, str]:
    """Texts and their translations, without the header, which names the version of Babel."""
    with path.open("rb") as file:
        found: dict[str, str] = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    return {text: translation for text, translation in found.items() if text}


def test_no_russian_of_a_module_is_hidden_from_the_catalogue():
    found = [
        f"{place(path, node)} {node.value!r}"
        for path, tree in python_files("webui")
        if path.as_posix() not in WITHOUT_GETTEXT
        for node in unmarked(tree)
        if node.value not in DATA
    ]
    assert found == []


def unmarked(tree: ast.Module) -> Iterator[ast.Constant]:
    """Russian texts that are neither handed to gettext nor a comment of the code nor a name among data."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as said):
                skipped.add(said)
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in MARKS:
                skipped.update(inner for argument in arguments for inner in ast.walk(argument))
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant() as key, *_]):
                skipped.add(key)
            case ast.Subscript(slice=ast.Constant() as key):
                skipped.add(key)
            case ast.Dict(keys=keys):
                skipped.update(key for key in keys if key is not None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in skipped and RUSSIAN.search(str(node.value)):
            yield node


def test_no_russian_of_a_template_is_hidden_from_the_catalogue():
    found = [
        f"{path}:{number} {line.strip()[:100]}"
        for path, text in own_texts()
        if path.suffix == ".html" and not path.as_posix().startswith(GALLERY) and path.parts[0] == "webui"
        for number, line in enumerate(bare(text).splitlines(), 1)
        if RUSSIAN.search(line)
    ]
    assert found == []


def bare(text: str) -> str:
    """A template without its comments and without what it hands to gettext; the lines stay."""
    without = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    return SAME_EVERYWHERE.sub("", LITERAL.sub("", without))


def test_the_guards_see_what_they_forbid():
    hidden = ast.parse('WORDS = {1: "Пути"}\nshown = _("Дела")\n')
    assert [node.value for node in unmarked(hidden)] == ["Пути"]
    assert RUSSIAN.search(bare("<p>Дела</p>"))
    assert not RUSSIAN.search(bare("{# Дела #}<p>{{ _('Дела') }}</p>"))


def test_every_exception_is_still_needed():
    assert [name for name in WITHOUT_GETTEXT if not RUSSIAN.search((ROOT / name).read_text())] == []
