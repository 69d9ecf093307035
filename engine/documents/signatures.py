"""Electronic signatures: files that the signer's own program has made, beside the documents that they sign.

The program has no means to verify a qualified signature and says so: what it checks is that the file is one.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from engine.documents.access import own_document_row
from engine.documents.attachments import add_attachment
from engine.documents.files import Accepted
from engine.documents.tables import ISSUED, SUPERSEDED
from engine.errors import Conflict, InvalidData
from engine.model import Actor
from engine.runtime import Runtime

SIGNATURE: Final = "application/pkcs7-signature"
BYTES: Final = 200_000
"""A signature with its certificates is some 10 kB."""
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
"""How CMS calls signed data (RFC 5652): stands at the beginning of every such file."""
_BEGINNING: Final = 32
_ARMOUR: Final = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]+-----|\s")


def attach_signature(rt: Runtime, actor: Actor, document_id: int, content: bytes) -> int:
    """Keep a detached signature of an issued document; its number among the files of the case. InvalidData
    when the file is none.
    """
    if len(content) > BYTES or not is_signature(content):
        raise InvalidData(
            "Подпись не приложена.",
            {"signature": "Это не файл электронной подписи. Нужна отсоединённая подпись: .sig или .p7s."},
        )
    with rt.database.write() as conn:
        row, case = own_document_row(conn, actor, document_id)
        if row.status not in (ISSUED, SUPERSEDED):
            raise Conflict("Подписывают выпущенный документ.", "Выпустите документ и подпишите его файл.")
        file = Accepted(f"Подпись № {row.number}.sig", SIGNATURE, content)
        return add_attachment(rt, conn, actor, case.id, file, row.task_id, document_id=row.id)


def is_signature(content: bytes) -> bool:
    """Whether the bytes are signed data of CMS, plain or as text."""
    if _SIGNED_DATA in content[:_BEGINNING]:
        return True
    try:
        return _SIGNED_DATA in base64.b64decode(_ARMOUR.sub(b"", content), validate=True)[:_BEGINNING]
    except binascii.Error:
        return False
