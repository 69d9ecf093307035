"""A query inside another one is joined and looks at the row around it: the run of the tests holds to it."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.cases.tables import case_
from engine.records.tables import family_member, person
from engine.worklist.tables import task
from tests.inner_queries import faults, taken


def about_anybodys_family() -> Select[tuple[int]]:
    """People whom a case is about, themselves or through a family: and, since the innermost query takes the
    table of people anew, everybody as soon as there is a case about any family."""
    families = select(family_member.c.family_id).where(family_member.c.person_id == person.c.id)
    about = or_(case_.c.person_id == person.c.id, case_.c.family_id.in_(families))
    return select(person.c.id).where(exists().select_from(case_).where(about))


def about_their_family() -> Select[tuple[int]]:
    own = family_member.c.person_id == person.c.id
    families = select(family_member.c.family_id).where(own).correlate(person)
    about = or_(case_.c.person_id == person.c.id, case_.c.family_id.in_(families))
    return select(person.c.id).where(exists().select_from(case_).where(about))


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_a_query_that_takes_the_table_anew_is_found_where_it_is_compiled(dialect) -> None:
    about_anybodys_family().compile(dialect=dialect)
    [found] = taken()
    assert found.startswith("tables without a JOIN inside another query: SELECT family_member.family_id")
    about_their_family().compile(dialect=dialect)
    assert taken() == []


def test_an_exists_that_looks_at_nothing_outside_is_found() -> None:
    open_steps = select(task.c.id).where(task.c.status == 0)
    select(case_.c.id).where(open_steps.exists()).compile()
    [found] = taken()
    assert found.startswith("EXISTS that looks at nothing outside itself: SELECT task.id")
    select(case_.c.id).where(open_steps.where(task.c.case_id == case_.c.id).exists()).compile()
    select(open_steps.exists()).compile()
    assert taken() == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a.id FROM a WHERE a.b IN (SELECT b.id FROM b JOIN (c JOIN d ON c.x = d.x) ON b.x = c.x)",
        "DELETE FROM a WHERE EXISTS (SELECT b.id FROM b AS b_1 WHERE b_1.a = a.id AND b_1.t < 'x (SELECT')",
        "SELECT a.id FROM a WHERE (EXISTS (SELECT 1 FROM (SELECT b.a FROM b) AS q WHERE q.a = a.id)) OR a.n",
        "SELECT a.id FROM a WHERE a.x IN (SELECT b.id FROM b UNION SELECT c.id FROM c) AND a.y IN (1, 2)",
        "SELECT a.id FROM a WHERE a.x = (SELECT max(b.id, b.y) FROM b WHERE b.z IS DISTINCT FROM 1)",
    ],
)
def test_what_is_joined_and_looks_outside_is_left_alone(statement) -> None:
    assert faults(statement) == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a.id FROM a WHERE a.x IN (SELECT b.id FROM b UNION SELECT c.id FROM c, d WHERE c.x = d.x)",
        "UPDATE a SET x = 1 WHERE EXISTS (SELECT b.id FROM b, c WHERE b.a = a.id AND b.c = c.id)",
        "SELECT a.id FROM a WHERE EXISTS (SELECT b.id FROM b JOIN c ON b.x = c.x WHERE b.y IN (1, 2))",
        "DELETE FROM a WHERE NOT (EXISTS (SELECT 1 FROM b AS b_1 WHERE b_1.y = (SELECT max(b.y) FROM b)))",
    ],
)
def test_what_is_not_is_told(statement) -> None:
    assert len(faults(statement)) == 1
