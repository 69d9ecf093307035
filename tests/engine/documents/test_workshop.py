"""The helper process: whatever a document does to it, the program goes on."""

import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.documents.workshop import DocumentFailed, Readable, Workshop
from engine.errors import InvalidData
from tests.engine.documents.making import docx


@pytest.fixture(scope="module")
def workshop():
    made = Workshop()
    yield made
    made.close()


def test_values_cross_the_border_with_their_kinds(workshop):
    template = docx("{{ день | дата }}; {{ доход | рубли }}; {{ да }}; {{ часы }}; {{ м.мера }}")
    values = {"день": date(2026, 1, 21), "доход": Decimal(1), "да": True, "часы": 7, "м": {"мера": "уход"}}
    made = workshop.fill(template, values)
    assert (made.title, made.mark) == ("Решение", "РЕШ")
    assert workshop.pieces(made.content)[0].text == (
        "21\u00a0января 2026\u00a0г.; 1 (один) рубль 00\u00a0копеек; да; 7; уход"
    )


def test_a_template_that_eats_memory_is_refused_and_the_next_one_is_filled(workshop):
    greedy = docx("{% for a in м %}{% for b in м %}" + "а" * 50_000 + "{% endfor %}{% endfor %}")
    with pytest.raises((InvalidData, DocumentFailed)):
        workshop.fill(greedy, {"м": list(range(300))})
    assert workshop.fill(docx("{{ имя }}"), {"имя": "Анна"}).content


def test_a_template_that_never_ends_is_stopped_and_the_next_one_is_filled():
    workshop = Workshop(seconds=3)
    nested = "{% for a in м %}" * 4 + "{% if a == -1 %}{{ a }}{% endif %}" + "{% endfor %}" * 4
    with pytest.raises(DocumentFailed, match="времени или памяти"):
        workshop.fill(docx(nested), {"м": list(range(3000))})
    workshop = Workshop()
    assert workshop.fill(docx("{{ имя }}"), {"имя": "Анна"}).content
    workshop.close()


def test_a_document_that_is_too_large_is_not_even_sent(workshop):
    with pytest.raises(InvalidData) as refused:
        workshop.accept(b"x" * 10_000_001)
    assert "10 МБ" in refused.value.errors["file"]


def test_the_helper_knows_nothing_of_the_settings(workshop, monkeypatch):
    monkeypatch.setenv("MARSHRUT_MASTER_KEY", "secret")
    workshop.close()
    workshop.check(docx("текст"))
    environment = Path(f"/proc/{workshop._process.pid}/environ").read_bytes()
    assert b"MARSHRUT" not in environment


def test_threads_share_one_helper(workshop):
    shown: dict[int, str] = {}

    def ask(number: int) -> None:
        made = workshop.fill(docx("Документ {{ номер }}"), {"номер": number})
        shown[number] = workshop.pieces(made.content)[0].text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown == {number: f"Документ {number}" for number in range(6)}


def test_a_helper_that_died_is_replaced(workshop):
    workshop.check(docx("текст"))
    workshop._process.kill()
    workshop._process.wait()
    assert workshop.check(docx("текст")) == Readable("Решение", "РЕШ", (), ())


def test_a_file_that_is_no_document_is_refused_however_often_it_comes(workshop):
    for _ in range(2):
        with pytest.raises(InvalidData):
            workshop.fill(b"no document", {})


def test_templates_that_were_filled_before_keep_their_own_titles(workshop):
    first, second = docx("{{ имя }}", title="Письмо", mark="ПИС"), docx("{{ имя }}")
    for template, title in ((first, "Письмо"), (second, "Решение"), (first, "Письмо")):
        assert workshop.fill(template, {"имя": "Анна"}).title == title
