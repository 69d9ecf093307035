"""`goal`: what somebody has set as the beginning and the aim of an indicator."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from engine.storage.metadata import BIG_ID, metadata

goal = Table(
    "goal",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key", String(40), nullable=False),
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("before", String(200), nullable=False),
    Column("target", String(200), nullable=False),
    Column("printed_before", Integer),
    Column("printed_target", Integer),
    Column("source", String(200), nullable=False),
    Column("set_by", BigInteger, nullable=False),
    Column("set_at", BigInteger, nullable=False),
)
"""`key`: of an indicator of `processes/indicators.yaml`; the newest row of a municipality is in force, those
before it stay. `before` and `target`: whole numbers with spaces between them, empty where there is none;
`printed_…`: the total that the source gives for them, NULL where it gives none."""
Index("ix_goal_municipality", goal.c.municipality_id, goal.c.key)
