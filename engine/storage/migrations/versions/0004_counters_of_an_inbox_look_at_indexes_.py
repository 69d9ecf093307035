"""counters of an inbox look at indexes alone, paused steps have one of their own

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_queue"), sqlite_where=sa.text("status = 0"))
        batch_op.create_index(
            "ix_task_queue",
            ["queue_id", "due_at", "id", "clock"],
            unique=False,
            sqlite_where=sa.text("status = 0"),
            postgresql_where=sa.text("status = 0"),
        )
        batch_op.create_index(
            "ix_task_paused",
            ["queue_id", "clock", "due_at", "id"],
            unique=False,
            sqlite_where=sa.text("status = 0 AND clock = 2"),
            postgresql_where=sa.text("status = 0 AND clock = 2"),
        )
