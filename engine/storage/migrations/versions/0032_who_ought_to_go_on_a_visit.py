"""which services ought to go on a visit, and why one did not

Revision: 0032, after 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BESIDE_THE_LEAD = ("opeka", "police", "crb", "kcson")
"""Services of the commission beside the one that leads its visits."""


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("commission", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
    with op.batch_alter_table("visit_member", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
        batch_op.add_column(sa.Column("absence", sa.String(length=12), nullable=False, server_default=""))
    _keep_one_row_a_service()
    _find_visits_of_the_commission()


visit = sa.table("visit", sa.column("id"), sa.column("commission"))
member = sa.table(
    "visit_member",
    sa.column("visit_id"),
    sa.column("service"),
    sa.column("comes"),
    sa.column("required"),
)


def _keep_one_row_a_service() -> None:
    """Who refused and was replaced stood beside the substitute, and was taken for missing."""
    instead = member.alias()
    replaced = sa.exists().where(
        instead.c.visit_id == member.c.visit_id, instead.c.service == member.c.service, instead.c.comes
    )
    op.execute(member.delete().where(~member.c.comes, replaced))


def _find_visits_of_the_commission() -> None:
    """A visit to which all of its services were asked was one of the commission."""
    asked = (
        sa.select(member.c.visit_id)
        .where(member.c.service.in_(BESIDE_THE_LEAD))
        .group_by(member.c.visit_id)
        .having(sa.func.count(member.c.service.distinct()) == len(BESIDE_THE_LEAD))
    )
    op.execute(visit.update().where(visit.c.id.in_(asked)).values(commission=True))
    ours = member.c.service.in_(("kdn", *BESIDE_THE_LEAD))
    op.execute(member.update().where(ours, member.c.visit_id.in_(asked)).values(required=True))
