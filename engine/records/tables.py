"""People, families, settlements, commissions. Personal values lie only in sealed columns."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.storage.metadata import BIG_ID, metadata

WAITING, ON_AGENDA, DECIDED, WITHDRAWN = 0, 1, 2, 3
"""`agenda_item.status`."""

settlement = Table(
    "settlement",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("name", String(100), nullable=False),
    Column("rural", Boolean, nullable=False),
    Column("unit_id", BigInteger, ForeignKey("unit.id")),
    UniqueConstraint("municipality_id", "kind", "name"),
)
"""`kind`: город, село, деревня. `rural` counts in the indicators of access to services. `unit_id`: the
department that serves those who live there, NULL where nobody has said."""

person = Table(
    "person",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key_id", BigInteger, nullable=False),
    Column("data", LargeBinary),
    Column("birth_token", LargeBinary(16)),
    Column("settlement_id", BigInteger, ForeignKey("settlement.id")),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("erased_at", BigInteger),
    Column("merged_into", BigInteger, ForeignKey("person.id")),
    Column("marked", Boolean, nullable=False, server_default=text("false")),
)
"""`data` is `PersonData` sealed under the person's key; NULL once erased, the row stays for counts and links.
`birth_token` finds the same birth date without telling it. `merged_into`: the card that holds what this one
held, it was about the same person. `marked`: the tokens tell of the papers and the telephone too, and whoever
is alike is among the pairs; false on cards written before there were such tokens."""
Index("ix_person_birth", person.c.birth_token)
Index("ix_person_unit", person.c.unit_id)
Index("ix_person_merged", person.c.merged_into)
Index(
    "ix_person_unmarked",
    person.c.id,
    sqlite_where=text("NOT marked"),
    postgresql_where=text("NOT marked"),
)

person_token = Table(
    "person_token",
    metadata,
    Column("token", LargeBinary(16), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("person.id"), primary_key=True),
)
"""By what a person is found: words, beginnings and sounds of the name (`Vault.name_tokens`), papers and
telephone (`likeness.marks`)."""
Index("ix_person_token_person", person_token.c.person_id)

MAY_BE_SAME, DIFFERENT = 0, 1
"""`person_pair.state`."""

person_pair = Table(
    "person_pair",
    metadata,
    Column("first_id", BigInteger, ForeignKey("person.id"), primary_key=True),
    Column("second_id", BigInteger, ForeignKey("person.id"), primary_key=True),
    Column("grounds", String(60), nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", BigInteger),
)
"""Two cards that may be of one person, the smaller number first. `grounds`: keys of `likeness.GROUNDS` with
spaces between them. Somebody who has compared them may have said that they are `DIFFERENT` people."""
Index("ix_person_pair_second", person_pair.c.second_id)

merge = Table(
    "merge",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("kept_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("gone_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("data", LargeBinary),
    Column("moved", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
)
"""Two cards that became one. `data`: both as they were before, sealed under the key of the one that stays;
NULL once it was undone or erased. `moved`: JSON, numbers of the rows that changed hands, by table."""
Index("ix_merge_kept", merge.c.kept_id)

family = Table(
    "family",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key_id", BigInteger, nullable=False),
    Column("label", LargeBinary),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
)
"""`label` («семья Лапшиных») is sealed under the family's key."""

family_member = Table(
    "family_member",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("family_id", BigInteger, ForeignKey("family.id"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("relation", String(20), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10)),
)
"""Who was a member when, days inclusive; `last_day` is NULL while it lasts."""
Index("ix_family_member_family", family_member.c.family_id)
Index("ix_family_member_person", family_member.c.person_id)

commission = Table(
    "commission",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("quorum_percent", SmallInteger, nullable=False),
    Column("item_minutes", SmallInteger, nullable=False),
    Column("open_vote", Boolean, nullable=False),
    Column("casting_vote", Boolean, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("weekday", SmallInteger),
    Column("weeks", String(10), nullable=False, server_default=""),
    Column("hour", String(5), nullable=False, server_default="14:00"),
    Column("place", String(200), nullable=False, server_default=""),
    Column("cutoff_days", SmallInteger, nullable=False, server_default=text("1")),
    Column("planned_until", String(10), nullable=False, server_default=""),
)
"""A standing commission of a municipality or an agency. `casting_vote`: the chair decides a tie. It sits on
`weekday` (Monday is 0; NULL: when somebody calls it) of the `weeks` of a month («1,3»; empty: of every
week), its agenda is closed `cutoff_days` working days before. `planned_until`: the last day for which
sittings were planned by that rule; empty: not at all yet."""

commission_member = Table(
    "commission_member",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("commission_id", BigInteger, ForeignKey("commission.id"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("name", String(120), nullable=False),
    Column("agency", String(200), nullable=False),
    Column("part", String(10), nullable=False),
    Column("by_agreement", Boolean, nullable=False),
    Column("substitute", String(120), nullable=False, server_default=""),
)
"""`part`: chair, secretary, member. Members of outside bodies may have no account; `by_agreement`: their
attendance must be asked for. `substitute`: who is asked instead of a member who is away; empty: nobody."""
Index("ix_commission_member_commission", commission_member.c.commission_id)

sitting = Table(
    "sitting",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("commission_id", BigInteger, ForeignKey("commission.id"), nullable=False),
    Column("case_id", BigInteger, unique=True),
    Column("day", String(10), nullable=False),
    Column("rule_day", String(10)),
    Column("status", SmallInteger, nullable=False),
    Column("followed", Boolean, nullable=False),
    Column("poll", Boolean, nullable=False, server_default=text("false")),
    Column("opens_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("heard", SmallInteger),
    Column("reason", String(300), nullable=False, server_default=""),
)
"""A sitting on `day`. `rule_day`: the day that the rule of the commission gave it, NULL for one that was
called besides; `poll`: its members answer in writing. Its case opens at `opens_at`, or by hand; `case_id` is
NULL until then. `closed_at`: since when its agenda takes no more questions. `heard`: on how many questions
its minutes decide, NULL before. `followed`: terms that wait for it know of its day. `reason`: why it was
moved, called or cancelled."""
Index("ix_sitting_commission", sitting.c.commission_id, sitting.c.day)

agenda_item = Table(
    "agenda_item",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("commission_id", BigInteger, ForeignKey("commission.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("sitting_case_id", BigInteger),
    Column("decision", String(12)),
    Column("postponed", SmallInteger, nullable=False, server_default=text("0")),
    Column("asked_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Column("key", String(160), nullable=False, server_default=""),
    Column("term", String(20), nullable=False, server_default=""),
    Column("papers", String(100), nullable=False, server_default=""),
    Column("draft", LargeBinary),
    Column("urged_at", BigInteger),
)
"""A question of a case for a commission. `title` names no person: the case's number and the kind in words. By
`key` the answer finds the wait of this question; where it is empty, by the number of the case. `term`: key of
the term of the case in which it must be decided. `draft` is what the case proposes, sealed under its key;
`papers` are templates of its documents that members may read («D21, D24»). `urged_at`: since when a sooner
sitting has been asked for."""
Index("ix_agenda_item_commission", agenda_item.c.commission_id, agenda_item.c.status, agenda_item.c.id)
Index("ix_agenda_item_case", agenda_item.c.case_id)
Index("ix_agenda_item_sitting", agenda_item.c.sitting_case_id)

register_entry = Table(
    "register_entry",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("register", String(20), nullable=False),
    Column("family_id", BigInteger, ForeignKey("family.id")),
    Column("person_id", BigInteger, ForeignKey("person.id")),
    Column("case_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("keeper_id", BigInteger, ForeignKey("account.id")),
    Column("state", String(40), nullable=False),
    Column("ground", String(200), nullable=False),
    Column("contact_days", SmallInteger),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("left_for", String(200)),
    Column("updated_at", BigInteger, nullable=False),
)
"""A family (or a person who is in none) on a register from `since` to `until`, days inclusive; NULL while it
lasts. `register` is a key of `registers.REGISTERS`; `state` its category there (СОП, группа риска); `ground`
and `left_for` are words of decision tables and lists, never of a person. Whoever keeps it is `keeper_id`, or
the register keepers of the unit. `contact_days`: how many days may pass between two contacts."""
Index("ix_register_entry_family", register_entry.c.family_id)
Index("ix_register_entry_person", register_entry.c.person_id)
Index(
    "ix_register_entry_now",
    register_entry.c.register,
    register_entry.c.unit_id,
    sqlite_where=text("until IS NULL"),
    postgresql_where=text("until IS NULL"),
)

register_event = Table(
    "register_event",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("entry_id", BigInteger, ForeignKey("register_entry.id"), nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("deed", String(10), nullable=False),
    Column("state", String(40), nullable=False),
    Column("ground", String(200), nullable=False),
)
"""What happened to an entry, in order: who did it says the history of the case. `deed`: a key of
`registers.DEEDS`; `state` and `ground` as they were after it, of leaving the ground of leaving."""
Index("ix_register_event_entry", register_event.c.entry_id)

register_keeping = Table(
    "register_keeping",
    metadata,
    Column("register", String(20), primary_key=True),
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), primary_key=True),
    Column("keeper_id", BigInteger, ForeignKey("account.id")),
    Column("updated_at", BigInteger),
    Column("updated_by", BigInteger),
    Column("verified_month", String(7)),
    Column("verified_at", BigInteger),
)
"""How a register is kept in a municipality. `keeper_id` answers for it, NULL: whoever keeps registers there.
`updated_at`: when its keeper last went through it; `verified_month` («2026-01»): the last that was signed."""

monitoring_sheet = Table(
    "monitoring_sheet",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("family_id", BigInteger, ForeignKey("family.id")),
    Column("person_id", BigInteger, ForeignKey("person.id")),
    Column("month", String(7), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("empty", SmallInteger, nullable=False),
    Column("old", SmallInteger, nullable=False),
    Column("faults", SmallInteger, nullable=False, server_default=text("0")),
    Column("updated_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger),
)
"""The 106 parameters of a family (or a person who is in none) as they stood in a month («2026-01»). `data` is
`cells.Cells`, sealed under the key of the family; `empty`, `old` and `faults` count what has to be filled in,
confirmed, corrected."""
Index("ix_monitoring_sheet_family", monitoring_sheet.c.family_id, monitoring_sheet.c.month)
Index("ix_monitoring_sheet_person", monitoring_sheet.c.person_id, monitoring_sheet.c.month)

zone_refusal = Table(
    "zone_refusal",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("family_id", BigInteger, ForeignKey("family.id")),
    Column("person_id", BigInteger, ForeignKey("person.id")),
    Column("case_id", BigInteger, nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("deed", String(10), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("day", String(10), nullable=False),
)
"""The last proposal about the «red zone» that a head refused: one row a family, or a person who is in none.
`facts`, by which it was proposed, are sealed under their key."""
Index("ix_zone_refusal_family", zone_refusal.c.family_id)
Index("ix_zone_refusal_person", zone_refusal.c.person_id)

contact = Table(
    "contact",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("family_id", BigInteger, ForeignKey("family.id")),
    Column("person_id", BigInteger, ForeignKey("person.id")),
    Column("case_id", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
)
"""That somebody spoke with the family on that day; what was said lies in the case. `kind`: a key of
`contacts.KINDS`."""
Index("ix_contact_family", contact.c.family_id, contact.c.day)
Index("ix_contact_person", contact.c.person_id, contact.c.day)

PLANNED, HELD, NOBODY, DANGER, CALLED_OFF, NOT_LET_IN = 0, 1, 2, 3, 4, 5
"""`visit.status`: to come; took place; nobody was at home; took place with somebody in danger; will not; the
family let nobody in."""

car = Table(
    "car",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("title", String(100), nullable=False),
    Column("seats", SmallInteger, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
"""A car of an organisation, lent to the visits of its whole municipality. `title` as its driver knows it."""

visit_plan = Table(
    "visit_plan",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("approved_at", BigInteger),
    UniqueConstraint("municipality_id", "year"),
)
"""The visits of one year. Until it is approved it is a draft that may be made anew."""

visit_agreement = Table(
    "visit_agreement",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("visit_plan.id"), primary_key=True),
    Column("service", String(12), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("agreed", Boolean, nullable=False),
)
"""Which services were asked about the schedule of a year before it was approved, and what they said.
`service`: a key of `crews.SERVICES`; `account_id`: who was asked, NULL where nobody of it has a login."""

visit = Table(
    "visit",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("plan_id", BigInteger, ForeignKey("visit_plan.id")),
    Column("family_id", BigInteger, ForeignKey("family.id")),
    Column("person_id", BigInteger, ForeignKey("person.id")),
    Column("case_id", BigInteger),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("settlement_id", BigInteger, ForeignKey("settlement.id")),
    Column("day", String(10), nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("status", SmallInteger, nullable=False),
    Column("car_id", BigInteger, ForeignKey("car.id")),
    Column("full_crew", Boolean),
    Column("commission", Boolean, nullable=False, server_default=text("false")),
    Column("minutes", SmallInteger),
    Column("reason", String(100), nullable=False, server_default=""),
)
"""A visit to a family: planned by the schedule of the year (`plan_id`), by its case, or by both. `case_id` is
the case that makes it; one of the schedule has none until its day comes. `minutes` with the family. `reason`:
why it was called off, in words that name nobody. `full_crew`: whether every service came without which the
crew is not full (`visit_member.required`), NULL until the crew is known; `commission`: those are the services
of the visiting commission, and the visit counts in the share of full crews."""
Index("ix_visit_day", visit.c.day)
Index("ix_visit_family", visit.c.family_id, visit.c.day)
Index("ix_visit_case", visit.c.case_id)

visit_member = Table(
    "visit_member",
    metadata,
    Column("visit_id", BigInteger, ForeignKey("visit.id"), primary_key=True),
    Column("place", SmallInteger, primary_key=True),
    Column("service", String(12), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("name", String(150), nullable=False),
    Column("comes", Boolean, nullable=False),
    Column("required", Boolean, nullable=False, server_default=text("false")),
    Column("absence", String(12), nullable=False, server_default=""),
)
"""The services of a visit, one row each: whoever leads it, who was asked in the order of asking, and who
ought to have been; whether they come. `service`: a key of `crews.SERVICES`; `name` as the act gives it, empty
when the service named nobody. `required`: without it the crew is not full; `absence`: a key of
`crews.ABSENCES`, why it does not come."""
partner = Table(
    "partner",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("agreement", String(200), nullable=False, server_default=""),
    Column("agreed_until", String(10)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("municipality_id", "kind", "name"),
)
"""A body to which requests and referrals go. `account_id`: who answers in the product, NULL where answers
come on paper. `agreement`: what both signed, in force until `agreed_until`, NULL without an end."""

referral = Table(
    "referral",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("partner_id", BigInteger, ForeignKey("partner.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("number", String(60), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("due_day", String(10), nullable=False),
    Column("answered_on", String(10)),
    Column("closed_at", BigInteger),
    Column("families", SmallInteger),
    Column("people", SmallInteger),
    Column("children", SmallInteger),
    Column("pieces", SmallInteger),
    Column("invited", SmallInteger),
    Column("refused_families", SmallInteger),
    Column("refused_pieces", SmallInteger),
)
"""A document that a case sent to a partner and what came of it; its words lie in the case. `state` and
`kind` are keys of `referrals.STATES` and `referrals.KINDS`; the figures are those of the answer, NULL before.
`answered_on`: the day the partner answered, by the clock of the office or by the paper; `closed_at`: when the
sender was done with it.
"""
Index("ix_referral_case", referral.c.case_id)
Index("ix_referral_partner", referral.c.partner_id, referral.c.sent_at)
Index(
    "ix_referral_open",
    referral.c.due_day,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)

letter_family = Table(
    "letter_family",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("letter_case_id", BigInteger, nullable=False),
    Column("referral_id", BigInteger, ForeignKey("referral.id")),
    Column("place", SmallInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("ground", String(100), nullable=False),
    Column("result", String(12), nullable=False, server_default=""),
    Column("answered_on", String(10)),
)
"""A family on a letter about several: its case, on what ground its data are handed over, in words that name
nobody. `referral_id` is NULL until the letter goes out. `result` is a key of `letters.RESULTS`, empty while
the answer is awaited."""
Index("ix_letter_family_letter", letter_family.c.letter_case_id)
Index("ix_letter_family_referral", letter_family.c.referral_id)
Index("ix_letter_family_case", letter_family.c.case_id)

measure = Table(
    "measure",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("token", LargeBinary(16), nullable=False),
    Column("data", LargeBinary),
    Column("due_day", String(10)),
    Column("state", String(10), nullable=False),
    Column("source", String(200), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("marked", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("case_id", "token"),
)
"""What was decided to be done for the family of a case. `data`: what, by whom and with what result, sealed
under the key of the case, NULL once that was destroyed; by `token` the case finds a measure that it names.
`state` is a key of `measures.STATES`; `source` says who decided, in words that name nobody. `marked`: its
`measure_token`s are there."""
Index(
    "ix_measure_open",
    measure.c.due_day,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)

Index(
    "ix_measure_unmarked",
    measure.c.id,
    sqlite_where=text("NOT marked"),
    postgresql_where=text("NOT marked"),
)

measure_token = Table(
    "measure_token",
    metadata,
    Column("token", LargeBinary(16), primary_key=True),
    Column("measure_id", BigInteger, primary_key=True),
)
"""By what a measure is found: the beginnings of the words that say what is done and by whom (`wording`)."""
Index("ix_measure_token_measure", measure_token.c.measure_id)

emergency = Table(
    "emergency",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("harmed", SmallInteger, nullable=False),
    Column("died", SmallInteger, nullable=False),
)
"""What an emergency of a family was, for the figures; its words lie in the case. `kind`: a key of
`emergencies.KINDS`; `harmed` and `died` are children, the dead among the harmed."""
