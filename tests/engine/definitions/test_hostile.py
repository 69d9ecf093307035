"""Files that were made to break something: each is answered with words, in time, and changes nothing."""

from __future__ import annotations

import contextlib
import re
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import func, select

from engine.access.tables import audit
from engine.definitions.files import Upload
from engine.definitions.service import check_upload, publish
from engine.definitions.tables import definition, release
from engine.errors import DefinitionRefused
from engine.model import SYSTEM
from engine.runtime import Runtime
from tests import services
from tests.engine.definitions.drawing import decision, form, process, replaced, template, text_field
from tests.engine.documents.making import docx, with_part, with_text, with_xml
from tests.factories.access import make_runtime
from tests.factories.cases import user_task

SECONDS = 10
"""What is asked for is two; a busy machine of the tests is given more."""

ENTITIES = (
    '<!DOCTYPE lol [<!ENTITY a0 "ха">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'
INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
DEEP_FEEL = "(" * 5000 + "1" + ")" * 5000
PROCESS, DECISION, FORM, TEMPLATE = process(), decision(), form(), template()


def named(name: str, content: bytes | str) -> Upload:
    return Upload(name, content.encode() if isinstance(content, str) else content)


def with_start(file: Upload, start: str, used: str = "") -> Upload:
    """The file with a document type, whose entity is used in a name."""
    text = file.content.decode()
    return named(file.name, start + (text.replace('name="', f'name="{used}', 1) if used else text))


def nested(file: Upload, before: str, opening: str, closing: str, depth: int) -> Upload:
    return replaced(file, before, opening * depth + closing * depth + before)


def unpacking_to(size: int) -> bytes:
    """A small package whose one part unpacks to so many bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(docx("Текст"))) as good, zipfile.ZipFile(stream, "w", 8) as made:
        for entry in good.infolist():
            made.writestr(entry.filename, good.read(entry))
        made.writestr("word/extra.xml", b"\0" * size)
    return stream.getvalue()


def deep_groups(depth: int) -> Upload:
    inner = text_field("итог")
    for number in range(depth):
        inner = {"type": "group", "id": f"g{number}", "label": "Группа", "components": [inner]}
    return form("F1", inner)


EXTERNAL = (
    '<Relationship Id="rId99" TargetMode="External" Target="https://example.org/evil.dotm" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
)

HOSTILE = {
    "diagram with a document type": with_start(PROCESS, "<!DOCTYPE x>"),
    "diagram with an entity bomb": with_start(PROCESS, ENTITIES, "&a11;"),
    "diagram that reads a file": with_start(PROCESS, OUTSIDE, "&a11;"),
    "diagram that includes a file": replaced(PROCESS, "<startEvent", INCLUDE + "<startEvent"),
    "diagram of 5000 levels": nested(PROCESS, "<startEvent", "<subProcess>", "</subProcess>", 5000),
    "diagram in UTF-16 that says nothing of it": named(
        "small.bpmn", PROCESS.content.decode().encode("utf-16-le")
    ),
    "diagram in cp1251 that says nothing of it": named(
        "small.bpmn", PROCESS.content.decode().encode("cp1251")
    ),
    "diagram in cp1251 that claims to be UTF-8": named(
        "small.bpmn", b'<?xml version="1.0" encoding="UTF-8"?>' + PROCESS.content.decode().encode("cp1251")
    ),
    "diagram in an encoding nobody knows": named(
        "small.bpmn", b'<?xml version="1.0" encoding="x-evil"?>' + PROCESS.content
    ),
    "diagram with nested FEEL": process(
        "small", user_task("a").replace("camunda:", f'camunda:dueDate="={DEEP_FEEL}" camunda:', 1)
    ),
    "diagram of ten megabytes": named("small.bpmn", PROCESS.content + b"<!--" + b"x" * 10_000_000 + b"-->"),
    "diagram of zeros": named("small.bpmn", b"\0" * 1_000_000),
    "page of HTML": named("small.bpmn", "<html><body onload='alert(1)'></body></html>"),
    "decision with a document type": with_start(DECISION, "<!DOCTYPE x>"),
    "decision with an entity bomb": with_start(DECISION, ENTITIES, "&a11;"),
    "decision that reads a file": with_start(DECISION, OUTSIDE, "&a11;"),
    "decision of 5000 levels": nested(DECISION, "<literalExpression", "<context>", "</context>", 5000),
    "decision with nested FEEL": decision("rate", DEEP_FEEL),
    "decision with endless FEEL": decision("rate", "1" + "+1" * 200_000),
    "decision in cp1251 that says nothing of it": named(
        "rate.dmn", DECISION.content.decode().encode("cp1251")
    ),
    "decision of ten megabytes": named("rate.dmn", DECISION.content + b" " * 10_000_000),
    "form of deep brackets": named(
        "F1.form", '{"type":"default","id":"F1","components":' + "[" * 100_000 + "]" * 100_000 + "}"
    ),
    "form of deep groups": deep_groups(400),
    "form of thousands of fields": form("F1", *(text_field(f"п{number}") for number in range(6000))),
    "form of one endless number": named("F1.form", '{"components":[],"schemaVersion":' + "9" * 400_000 + "}"),
    "form of one endless text": form("F1", text_field("итог", description="я" * 4_000_000)),
    "form with nested FEEL": form("F1", text_field("итог", conditional={"hide": f"={DEEP_FEEL}"})),
    "form in UTF-16": named("F1.form", FORM.content.decode().encode("utf-16")),
    "form in cp1251": named("F1.form", FORM.content.decode().encode("cp1251")),
    "form that is a list": named("F1.form", "[1, 2, 3]"),
    "template that unpacks to a hundred megabytes": named("D90.docx", unpacking_to(100_000_000)),
    "template with a macro": named("D90.docx", with_part(TEMPLATE.content, "word/vbaProject.bin", b"x")),
    "template loaded from elsewhere": named(
        "D90.docx",
        with_xml(TEMPLATE.content, "word/_rels/document.xml.rels", "</Relationships>", EXTERNAL),
    ),
    "template with macros in its kind": named(
        "D90.docx",
        with_text(
            TEMPLATE.content, "[Content_Types].xml", "document.main+xml", "document.macroEnabled.main+xml"
        ),
    ),
    "template with an entity bomb": named(
        "D90.docx", with_part(TEMPLATE.content, "word/extra.xml", (ENTITIES + "<a>&a11;</a>").encode())
    ),
    "template with code": template("D90", "{{ cycler.__init__.__globals__.os.popen('id').read() }}"),
    "template that goes on and on": template("D90", "{% for a in range(99999999) %}a{% endfor %}"),
    "template that includes a file": template("D90", "{% include '/etc/passwd' %}"),
    "packed noise of four megabytes": named("D90.docx", b"PK\x03\x04" + b"\x5a" * 4_000_000),
    "program": named("setup.exe", b"MZ" + b"\0" * 100),
    **{f"empty {ending}": named(f"x{ending}", b"") for ending in (".bpmn", ".dmn", ".form", ".docx")},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def untouched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """One instance for all files of this module: none of them changes anything."""
    folder = tmp_path_factory.mktemp("untouched")
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(services.fresh_database()) if request.param == "postgresql" else None
        except services.ServiceMissing as missing:
            pytest.skip(str(missing))
        made = make_runtime(folder, url)
        yield made
        made.database.close()
        made.vault.store.database.close()


def counted(rt: Runtime) -> list[int]:
    with rt.database.read() as conn:
        return [
            conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (definition, release, audit)
        ]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_changes_nothing(untouched: Runtime, kind: str) -> None:
    rt, file, before = untouched, HOSTILE[kind], counted(untouched)
    start = time.monotonic()
    (checked,) = check_upload(rt, [file])
    with pytest.raises(DefinitionRefused):
        publish(rt, SYSTEM, [file])
    assert time.monotonic() - start < SECONDS
    assert counted(rt) == before
    found = [finding for finding in checked.findings if finding.severity == "error"]
    assert found
    assert not checked.ok
    for finding in found:
        assert re.search("[а-яё]", finding.message)
        assert re.search("[а-яё]", finding.hint)
        assert not re.search(r"Traceback|Error|lxml|NoneType|root:", finding.message)
    assert len({(f.rule, f.element, f.line, f.message) for f in found}) == len(found)


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1251", "koi8-r"])
def test_a_diagram_may_say_in_which_encoding_it_is_written(rt: Runtime, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + PROCESS.content.decode()
    made = publish(rt, SYSTEM, [named("small.bpmn", text.encode(encoding))])
    assert rt.library.release(made.release_id).process("small").name == "Путь small"


def test_a_hostile_file_beside_good_ones_is_the_only_one_with_remarks(rt: Runtime) -> None:
    bad = HOSTILE["diagram with an entity bomb"]
    checked = check_upload(rt, [DECISION, Upload("bad.bpmn", bad.content), FORM])
    assert [each.ok for each in checked] == [True, False, True]
    assert [bool(each.findings) for each in checked] == [False, True, False]
