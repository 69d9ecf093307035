"""Diagrams of other makers: whatever a file holds besides the notation, it is given back byte for byte.

An editor writes its own namespaces, comments, instructions, ends of lines and encoding. They mean nothing
here, are kept, and do not keep a diagram from being read, published and run.
"""

from __future__ import annotations

import codecs

import pytest

from engine import bpmn
from engine.definitions.drafts import keep_upload, kept_upload, publish_upload
from engine.definitions.files import Upload
from engine.definitions.queries import definition_content
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import complete, open_case, open_nodes

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="file" targetNamespace="foreign">
  <bpmn:process id="foreign" name="Путь" isExecutable="true">
    <bpmn:startEvent id="s" name="Начало" />
    <bpmn:userTask id="a" name="Шаг" camunda:candidateGroups="R05" />
    <bpmn:endEvent id="e" name="Конец" />
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a" />
    <bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="e" />
  </bpmn:process>
</bpmn:definitions>
"""
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


def with_name(name: str) -> str:
    return PLAIN.replace('name="Шаг"', f'name="{name}"')


def before_the_process(text: str) -> str:
    return PLAIN.replace("  <bpmn:process", f"  {text}\n  <bpmn:process")


EXTENSIONS = """<bpmn:extensionElements xmlns:own="urn:maker:own">
      <own:colour rgb="#ffcc00">жёлтый<own:deep own:a="1"><![CDATA[ <не разметка> ]]></own:deep></own:colour>
    </bpmn:extensionElements>"""

FILES: dict[str, bytes] = {
    "Cyrillic": with_name("Проверить заявление: «ёлка», №\u00a05").encode(),
    "Chinese": with_name("审查申请表 — 家庭").encode(),
    "umlauts": with_name("Prüfung der Anträge – Größe, naïve façade, ẞ").encode(),
    "signs beyond the first plane": with_name("Дом 🏠 и 𝔘").encode(),
    "umlauts of two signs each": with_name("Pru\u0308fung").encode(),
    "lines as Windows ends them": PLAIN.replace("\n", "\r\n").encode(),
    "lines as an old Macintosh ended them": PLAIN.replace("\n", "\r").encode(),
    "ends of lines mixed": PLAIN.replace("\n", "\r\n", 5).encode(),
    "no end of the last line": PLAIN.rstrip("\n").encode(),
    "white space behind the root": (PLAIN + "\n\t \r\n\n").encode(),
    "byte order mark": codecs.BOM_UTF8 + PLAIN.encode(),
    "UTF-16 little end first": codecs.BOM_UTF16_LE + PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-le"),
    "UTF-16 big end first": codecs.BOM_UTF16_BE + PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "windows-1251": PLAIN.replace("UTF-8", "windows-1251").encode("cp1251"),
    "no declaration": PLAIN.removeprefix(PROLOG).encode(),
    "declaration in single quotes": PLAIN.replace(
        '"1.0" encoding="UTF-8"', "'1.0' encoding='utf-8'"
    ).encode(),
    "comments": (before_the_process("<!-- кто рисовал: <никто> -->") + "<!-- конец -->").encode(),
    "processing instructions": before_the_process('<?maker version="7" ?>')
    .replace(PROLOG, PROLOG + '<?xml-stylesheet href="a.css"?>\n<!-- и до корня -->\n')
    .encode(),
    "foreign namespaces": before_the_process('<own:view xmlns:own="urn:maker:own" own:zoom="1.50"/>')
    .replace('name="Шаг"', 'name="Шаг" xmlns:own="urn:maker:own" own:id=" 7 "')
    .replace('"R05" />', f'"R05">\n    {EXTENSIONS}</bpmn:userTask>')
    .encode(),
    "another prefix": PLAIN.replace("bpmn:", "семантика:").replace("xmlns:bpmn", "xmlns:семантика").encode(),
    "no prefix": PLAIN.replace("bpmn:", "").replace("xmlns:bpmn=", "xmlns=").encode(),
    "references to signs": with_name("&#x428;&#1072;г &amp; &lt;&quot;&gt; &#10; конец").encode(),
    "attributes in another order and in single quotes": PLAIN.replace(
        'id="f1" sourceRef="s" targetRef="a"', "targetRef = 'a'\n\tsourceRef='s'   id='f1'"
    ).encode(),
}


@pytest.fixture(params=sorted(FILES))
def file(request: pytest.FixtureRequest) -> Upload:
    return Upload("чужая схема.bpmn", FILES[request.param])


def test_it_is_published_given_back_byte_for_byte_and_run(rt: Runtime, file: Upload) -> None:
    methodologist, clerk = make_actor(rt, "R25"), make_actor(rt, "R05")
    number = keep_upload(rt, methodologist, [file])
    assert kept_upload(rt, methodologist, number).file(0) == file
    (version,) = publish_upload(rt, methodologist, number).versions
    with rt.database.read() as conn:
        assert definition_content(conn, version.id) == ("bpmn", file.name, file.content)
    open_case(rt, clerk, "foreign")
    complete(rt, clerk, "a")
    assert open_nodes(rt) == []


def test_the_same_bytes_are_no_new_version(rt: Runtime) -> None:
    """One sign that means nothing is enough for one: what is given back is what was brought."""
    methodologist = make_actor(rt, "R25")

    def published(content: bytes) -> tuple[int, bool]:
        kept = keep_upload(rt, methodologist, [Upload("a.bpmn", content)])
        (version,) = publish_upload(rt, methodologist, kept).versions
        return version.version, version.new

    assert published(PLAIN.encode()) == (1, True)
    assert published(PLAIN.encode()) == (1, False)
    assert published(PLAIN.encode() + b"\n") == (2, True)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Cyrillic", "Проверить заявление: «ёлка», №\u00a05"),
        ("Chinese", "审查申请表 — 家庭"),
        ("umlauts", "Prüfung der Anträge – Größe, naïve façade, ẞ"),
        ("UTF-16 big end first", "Шаг"),
        ("windows-1251", "Шаг"),
        ("references to signs", 'Шаг & <"> конец'),
    ],
)
def test_names_are_read_as_they_are_written(kind: str, name: str) -> None:
    (process,) = bpmn.read(FILES[kind]).processes
    assert process.steps["a"].name.replace("\u00a0", " ") == name.replace("\u00a0", " ")
