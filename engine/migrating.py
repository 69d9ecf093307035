"""Write the next migration: what the tables of the code have that the migrations do not make yet.

python -m engine.migrating "why the tables change"
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command

from engine.bootstrap import load_tables
from engine.storage import schema
from engine.storage.append_only import GUARDED
from engine.storage.database import Database

_REMARK = re.compile(r"^ *# ###.*\n", re.MULTILINE)
"""What Alembic says of its own work."""
_CREATED = re.compile(r"op\.create_table\('(\w+)'")
_GUARD = """\
    for statement in append_only.statements("{}", op.get_bind().dialect.name):
        op.execute(statement)
"""


def write_migration(words: str) -> Path:
    """The new file among the migrations, made by comparing a database that had them all with the code.

    It is a draft: a column that was renamed looks like one dropped and one added, and rows may need a change
    of their own.
    """
    load_tables()
    versions = schema.MIGRATIONS / "versions"
    before = set(versions.glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/marshrut.db")
        database.create_file()
        schema.upgrade(database)
        with database.write() as conn:
            command.revision(schema.config(conn), words, autogenerate=True, rev_id=f"{len(before) + 1:04d}")
        database.close()
    (written,) = set(versions.glob("*.py")) - before
    written.write_text(_guarded(_REMARK.sub("", written.read_text())))
    return written


def _guarded(text: str) -> str:
    """The draft with the guards of the append-only tables it makes: Alembic sees no triggers."""
    guards = [_GUARD.format(table) for table in _CREATED.findall(text) if table in GUARDED]
    if not guards:
        return text
    known = "from alembic import op\n"
    return text.replace(known, f"{known}\nfrom engine.storage import append_only\n", 1) + "".join(guards)


if __name__ == "__main__":
    write_migration(" ".join(sys.argv[1:]) or sys.exit(__doc__))
