"""The electronic signature of an issued document lies beside it; nothing else passes for one."""

import base64

import pytest

from engine.documents import queries, service
from engine.documents.signatures import attach_signature, is_signature
from engine.errors import Conflict, InvalidData
from tests.engine.documents.making import docx, make_case, only_document
from tests.factories.access import make_actor

SIGNED = bytes.fromhex("3082000f06092a864886f70d010702a0020400")


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (SIGNED, True),
        (base64.b64encode(SIGNED), True),
        (b"-----BEGIN CMS-----\n" + base64.encodebytes(SIGNED) + b"-----END CMS-----\n", True),
        (b"%PDF-1.7", False),
        (b"", False),
        ("Подписано".encode(), False),
        (b"0" * 100 + SIGNED, False),
    ],
)
def test_a_signature_is_told_by_its_content(content, is_one):
    assert is_signature(content) is is_one


def test_a_signature_lies_beside_the_issued_document_that_it_signs(rt):
    specialist = make_actor(rt, "R05")
    case_id = make_case(rt, specialist, docx("Решение [дата] № [номер]"))
    draft = only_document(rt)
    with pytest.raises(Conflict):
        attach_signature(rt, specialist, draft, SIGNED)
    number = service.issue(rt, specialist, draft, revision=1)
    with pytest.raises(InvalidData):
        attach_signature(rt, specialist, draft, b"%PDF-1.7")
    kept = attach_signature(rt, specialist, draft, SIGNED)
    assert attach_signature(rt, specialist, draft, SIGNED) == kept, "the same one is kept once"
    with rt.database.read() as conn:
        (file,) = queries.case_attachments(rt, conn, specialist, case_id)
    assert (file.name, file.document_id) == (f"Подпись № {number}.sig", draft)
    assert queries.download_attachment(rt, specialist, kept).content == SIGNED
