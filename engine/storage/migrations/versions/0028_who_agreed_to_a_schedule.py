"""who agreed to a schedule of visits

Revision: 0028, after 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_agreement",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visit_agreement_account_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["visit_plan.id"], name=op.f("fk_visit_agreement_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "service", name=op.f("pk_visit_agreement")),
    )
