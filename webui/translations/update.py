"""Bring the catalogues up to date with the texts of the pages: `./run python -m webui.translations.update`.

Texts are taken from the Python and the templates of `webui/` as `babel.cfg` says. New ones are added to each
`messages.po` without a translation, those that no page has any more are dropped; the catalogue is compiled
into the `messages.mo` that is read at run time. The command names what is still to be translated.

What is written depends only on the texts and the translations, never on the day or the order of files.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from webui.language import LANGUAGES

HERE = Path(__file__).parent
PAGES = HERE.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
SOURCE, *OTHERS = LANGUAGES

NEVER_DATED = datetime(2026, 1, 1, tzinfo=UTC)
"""A catalogue says when it was made, which would make each one differ from the last."""


def main() -> int:
    """Update every language; 1 when something is left to translate."""
    template = texts_of_pages()
    left = 0
    for language in OTHERS:
        catalog = renewed(language, template)
        folder = folder_of(language)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "messages.po").write_bytes(written(catalog))
        (folder / "messages.mo").write_bytes(compiled(catalog))
        for text in untranslated(catalog):
            left += 1
            print(f"{language}: {text}")  # noqa: T201 - a command for developers
    return 1 if left else 0


def texts_of_pages() -> Catalog:
    """Every text that the pages hand to gettext, with the files it is in."""
    with (PAGES / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = Catalog()
    for file, _line, text, comments, context in extract_from_dir(PAGES, methods, options, KEYWORDS):
        found.add(text, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def renewed(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with exactly the texts of the template."""
    catalog = catalog_of(language)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def catalog_of(language: str) -> Catalog:
    """The catalogue as it lies in the repository; an empty one for a new language."""
    path = folder_of(language) / "messages.po"
    known = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(language)
    made = Catalog(
        language,
        project="Marshrut",
        version="1",
        header_comment=f"# {LANGUAGES[language]}: texts of the pages. Kept up to date by update.py.",
        creation_date=NEVER_DATED,
        revision_date=NEVER_DATED,
        last_translator="Marshrut contributors",
        language_team=language,
        fuzzy=False,
    )
    for message in known:
        if message.id:
            made[message.id] = message
    return made


def folder_of(language: str) -> Path:
    """Where Flask-Babel looks for the language."""
    return HERE / language / "LC_MESSAGES"


def untranslated(catalog: Catalog) -> list[str]:
    """Texts that the language has no words for yet."""
    return [str(message.id) for message in catalog if message.id and not message.string]


def written(catalog: Catalog) -> bytes:
    """The catalogue as `messages.po`."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue().strip() + b"\n"


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as `messages.mo`."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
