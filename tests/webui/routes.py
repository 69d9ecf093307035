"""Who may open what, written by hand: the oracle against which every rule of the application is tried.

A line is `(method, rule) → who, thing`. `who` is a set of role codes, or ANYBODY for what is open before the
sign-in. `thing` names what the address speaks of, when it is something that belongs to somebody: a colleague
of another department gets 403 for it, whatever their role lets them do at home.
"""

from __future__ import annotations

from typing import NamedTuple

ANYBODY = frozenset({"*"})
EVERYONE = frozenset(f"R{n:02}" for n in range(1, 32))
"""Every account may do what all colleagues may: its own steps, its own password."""


def roles(text: str) -> frozenset[str]:
    """Codes as they are spoken of: `roles("1 2 13")`."""
    return frozenset(f"R{int(number):02}" for number in text.split())


WRITES_DOCUMENTS = EVERYONE - roles("9 12 15 16 17 25 29 30")
OPENS_CASES = roles("1 2 3 4 5 6 7 10 13 14 19 22 23 24 26 27 28 31")
SEES_PEOPLE = roles("1 2 3 4 5 6 7 8 9 10 11 13 14 19 21 22 23 24 27 28 31")
WRITES_PEOPLE = roles("1 2 3 4 5 6 7 13 14 19 24")
HANDS_OVER = roles("3 7 13 27")
WATCHES = roles("3 5 7 11 13 19 24 25 26 27 29")
ANSWERS_FOR_A_UNIT = WATCHES - roles("3 5 19")
REPAIRS = roles("7 27 29")
READS_JOURNAL = roles("7 27 28")
PUBLISHES = roles("25")
KEEPS_CALENDAR = roles("25 29")
MANAGES = roles("29")


class Route(NamedTuple):
    """Who may, and what the address speaks of."""

    who: frozenset[str]
    thing: str = ""


ROUTES: dict[tuple[str, str], Route] = {
    # before and around the sign-in
    ("GET", "/static/<path:filename>"): Route(ANYBODY),
    ("GET", "/sign-in"): Route(ANYBODY),
    ("POST", "/sign-in"): Route(ANYBODY),
    ("POST", "/sign-out"): Route(ANYBODY),
    ("GET", "/session"): Route(ANYBODY),
    ("POST", "/language"): Route(ANYBODY),
    ("GET", "/password"): Route(EVERYONE),
    ("POST", "/password"): Route(EVERYONE),
    # the inbox and one step
    ("GET", "/"): Route(EVERYONE),
    ("POST", "/tasks/next"): Route(EVERYONE),
    ("POST", "/tasks/<int:task_id>/take"): Route(EVERYONE, "task"),
    ("GET", "/tasks/<int:task_id>"): Route(EVERYONE, "task"),
    ("POST", "/tasks/<int:task_id>"): Route(EVERYONE, "task"),
    ("GET", "/tasks/<int:task_id>/compare"): Route(EVERYONE, "task"),
    ("PUT", "/tasks/<int:task_id>/draft"): Route(EVERYONE, "task"),
    ("POST", "/tasks/<int:task_id>/return"): Route(EVERYONE, "task"),
    ("GET", "/notices"): Route(EVERYONE),
    ("POST", "/notices/read"): Route(EVERYONE),
    ("GET", "/notices/settings"): Route(EVERYONE),
    ("POST", "/notices/settings"): Route(EVERYONE),
    # terms in a calendar of one's own: whoever has its address reads it
    ("GET", "/notices/calendar"): Route(EVERYONE),
    ("POST", "/notices/calendar"): Route(EVERYONE),
    ("POST", "/notices/calendar/close"): Route(EVERYONE),
    ("GET", "/calendar/<token>.ics"): Route(ANYBODY),
    # a supervisor's line about an overdue term
    ("GET", "/overdue/<int:term_id>"): Route(EVERYONE, "term"),
    ("POST", "/overdue/<int:term_id>"): Route(EVERYONE, "term"),
    # searching, on whatever page
    ("POST", "/search"): Route(EVERYONE),
    # cases
    ("GET", "/cases"): Route(EVERYONE),
    ("GET", "/cases/<int:case_id>"): Route(EVERYONE, "case"),
    ("GET", "/cases/<int:case_id>/history"): Route(EVERYONE, "case"),
    ("GET", "/cases/<int:case_id>/terms"): Route(EVERYONE, "case"),
    ("POST", "/cases/<int:case_id>/terms/pause"): Route(EVERYONE, "case"),
    ("POST", "/cases/<int:case_id>/terms/resume"): Route(EVERYONE, "case"),
    ("POST", "/cases/<int:case_id>/terms/extend"): Route(EVERYONE, "case"),
    ("GET", "/cases/new/<key>"): Route(OPENS_CASES),
    ("POST", "/cases/new/<key>"): Route(OPENS_CASES),
    ("PUT", "/cases/new/<key>/draft"): Route(OPENS_CASES),
    ("POST", "/cases/new/<key>/drop"): Route(OPENS_CASES),
    ("POST", "/cases/<int:case_id>/events"): Route(OPENS_CASES, "case"),
    ("POST", "/cases/<int:case_id>/cancel"): Route(REPAIRS, "case"),
    ("POST", "/cases/<int:case_id>/retry"): Route(REPAIRS, "case"),
    ("GET", "/repair"): Route(REPAIRS),
    ("GET", "/cases/<int:case_id>/repair"): Route(REPAIRS, "case"),
    ("POST", "/cases/<int:case_id>/skip"): Route(REPAIRS, "case"),
    ("POST", "/cases/<int:case_id>/move"): Route(REPAIRS, "case"),
    ("POST", "/cases/<int:case_id>/repair"): Route(REPAIRS, "case"),
    ("GET", "/cases/<int:case_id>/views"): Route(READS_JOURNAL, "case"),
    ("GET", "/diagrams/<int:release_id>/<key>"): Route(EVERYONE),
    # documents and files
    ("GET", "/documents/<int:document_id>"): Route(EVERYONE, "document"),
    ("GET", "/documents/<int:document_id>/docx"): Route(EVERYONE, "document"),
    ("GET", "/documents/<int:document_id>/pdf"): Route(EVERYONE, "document"),
    ("POST", "/documents/<int:document_id>"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/documents/<int:document_id>/number"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/documents/<int:document_id>/file"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/documents/<int:document_id>/version"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/documents/<int:document_id>/signature"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/documents/<int:document_id>/discard"): Route(WRITES_DOCUMENTS, "document"),
    ("POST", "/cases/<int:case_id>/documents"): Route(WRITES_DOCUMENTS, "case"),
    ("POST", "/cases/<int:case_id>/attachments"): Route(EVERYONE, "case"),
    ("GET", "/attachments/<int:attachment_id>"): Route(EVERYONE, "attachment"),
    ("POST", "/attachments/<int:attachment_id>/remove"): Route(EVERYONE, "attachment"),
    # people
    ("GET", "/people"): Route(SEES_PEOPLE),
    ("GET", "/people/<int:person_id>"): Route(SEES_PEOPLE, "person"),
    ("GET", "/people/new"): Route(WRITES_PEOPLE),
    ("POST", "/people/new"): Route(WRITES_PEOPLE),
    ("GET", "/people/<int:person_id>/edit"): Route(WRITES_PEOPLE, "person"),
    ("POST", "/people/<int:person_id>/edit"): Route(WRITES_PEOPLE, "person"),
    # families, and the personal file
    ("POST", "/families"): Route(WRITES_PEOPLE),
    ("GET", "/families/<int:family_id>"): Route(SEES_PEOPLE, "family"),
    ("POST", "/families/<int:family_id>/members"): Route(WRITES_PEOPLE, "family"),
    ("POST", "/families/<int:family_id>/members/end"): Route(WRITES_PEOPLE, "family"),
    ("POST", "/families/<int:family_id>/name"): Route(WRITES_PEOPLE, "family"),
    ("POST", "/families/<int:family_id>/move"): Route(WRITES_PEOPLE, "family"),
    ("GET", "/families/<int:family_id>/file"): Route(SEES_PEOPLE, "family"),
    ("GET", "/people/<int:person_id>/file"): Route(SEES_PEOPLE, "person"),
    # two cards of one person
    ("GET", "/people/duplicates"): Route(WRITES_PEOPLE),
    ("GET", "/people/<int:kept_id>/merge/<int:gone_id>"): Route(WRITES_PEOPLE, "person"),
    ("POST", "/people/<int:kept_id>/merge/<int:gone_id>"): Route(WRITES_PEOPLE, "person"),
    ("POST", "/people/<int:kept_id>/different/<int:gone_id>"): Route(WRITES_PEOPLE, "person"),
    ("POST", "/people/merges/<int:merge_id>/undo"): Route(WRITES_PEOPLE, "merge"),
    # organisations and who does the work of which role
    ("GET", "/organisations"): Route(MANAGES),
    ("POST", "/organisations"): Route(MANAGES),
    ("POST", "/organisations/municipality"): Route(MANAGES),
    ("POST", "/organisations/roles"): Route(MANAGES),
    ("GET", "/organisations/<int:unit_id>"): Route(MANAGES),
    ("POST", "/organisations/<int:unit_id>"): Route(MANAGES),
    # where people live
    ("GET", "/settlements"): Route(MANAGES),
    ("POST", "/settlements"): Route(MANAGES),
    ("GET", "/settlements/<int:settlement_id>"): Route(MANAGES),
    ("POST", "/settlements/<int:settlement_id>"): Route(MANAGES),
    # partners, and what cases send to them
    ("GET", "/partners"): Route(MANAGES),
    ("POST", "/partners"): Route(MANAGES),
    ("GET", "/partners/<int:partner_id>"): Route(MANAGES),
    ("POST", "/partners/<int:partner_id>"): Route(MANAGES),
    ("GET", "/referrals"): Route(EVERYONE),
    # consents of cases
    ("POST", "/cases/<int:case_id>/consent/withdraw"): Route(OPENS_CASES, "case"),
    # measures of cases
    ("GET", "/measures"): Route(EVERYONE),
    ("POST", "/measures/<int:measure_id>"): Route(OPENS_CASES, "measure"),
    ("GET", "/referrals/<int:referral_id>"): Route(EVERYONE, "referral"),
    ("POST", "/referrals/<int:referral_id>"): Route(EVERYONE, "referral"),
    ("POST", "/referrals/<int:referral_id>/revoke"): Route(OPENS_CASES, "referral"),
    # commissions: calendars and counts are everybody's; the service asks who may move a sitting, read a paper
    ("GET", "/commissions"): Route(EVERYONE),
    ("GET", "/commissions/report.xlsx"): Route(EVERYONE),
    ("GET", "/commissions/<int:commission_id>"): Route(EVERYONE),
    ("POST", "/commissions/<int:commission_id>/sittings"): Route(EVERYONE),
    ("POST", "/commissions/<int:commission_id>/sittings/<int:sitting_id>"): Route(EVERYONE, "sitting"),
    ("GET", "/commissions/new"): Route(MANAGES),
    ("POST", "/commissions/new"): Route(MANAGES),
    ("GET", "/commissions/<int:commission_id>/edit"): Route(MANAGES),
    ("POST", "/commissions/<int:commission_id>/edit"): Route(MANAGES),
    ("POST", "/commissions/<int:commission_id>/members"): Route(MANAGES),
    ("GET", "/sittings/<int:case_id>"): Route(EVERYONE, "held"),
    ("GET", "/commissions/questions/<int:item_id>"): Route(EVERYONE, "question"),
    ("GET", "/commissions/questions/<int:item_id>/papers/<int:document_id>"): Route(EVERYONE, "question"),
    ("GET", "/commissions/questions/<int:item_id>/files/<int:attachment_id>"): Route(EVERYONE, "question"),
    # who is away
    ("GET", "/visits"): Route(EVERYONE),
    ("GET", "/visits/<month>/trips.ics"): Route(EVERYONE),
    ("GET", "/visits/<month>/trips.xlsx"): Route(EVERYONE),
    ("POST", "/visits/cars"): Route(EVERYONE),
    ("POST", "/visits/cars/retire"): Route(EVERYONE),
    # registers and monitoring sheets
    ("GET", "/registers"): Route(SEES_PEOPLE),
    ("GET", "/registers/<register>"): Route(SEES_PEOPLE),
    ("POST", "/registers/<register>/keeper"): Route(HANDS_OVER),
    ("GET", "/registers/<register>/export.xlsx"): Route(SEES_PEOPLE),
    ("GET", "/registers/families/<int:family_id>"): Route(SEES_PEOPLE, "family"),
    ("GET", "/registers/people/<int:person_id>"): Route(SEES_PEOPLE, "person"),
    ("GET", "/absences"): Route(EVERYONE),
    ("POST", "/absences"): Route(EVERYONE),
    ("POST", "/absences/cancel"): Route(EVERYONE),
    # the work of a whole person: of a curator, who hands over single steps, the service wants more
    ("GET", "/handover/<int:account_id>"): Route(HANDS_OVER | MANAGES),
    ("POST", "/handover/<int:account_id>"): Route(HANDS_OVER | MANAGES),
    # the supervisor
    ("GET", "/monitor"): Route(WATCHES),
    ("GET", "/monitor/overdue.xlsx"): Route(WATCHES),
    ("GET", "/monitor/forecast"): Route(WATCHES),
    ("GET", "/monitor/reassign"): Route(HANDS_OVER),
    ("POST", "/monitor/reassign"): Route(HANDS_OVER),
    ("GET", "/monitor/reassign/<int:task_id>"): Route(HANDS_OVER, "task"),
    ("POST", "/monitor/reassign/<int:task_id>"): Route(HANDS_OVER, "task"),
    # reports: not for specialists, who watch their own cases
    ("GET", "/reports"): Route(ANSWERS_FOR_A_UNIT),
    ("GET", "/reports/goals"): Route(ANSWERS_FOR_A_UNIT),
    ("POST", "/reports/goals/<key>"): Route(ANSWERS_FOR_A_UNIT),
    ("GET", "/reports/<key>"): Route(ANSWERS_FOR_A_UNIT),
    ("GET", "/reports/<key>/list"): Route(ANSWERS_FOR_A_UNIT),
    ("GET", "/reports/<key>/file.<kind>"): Route(ANSWERS_FOR_A_UNIT),
    # the methodologist
    ("GET", "/workshop"): Route(EVERYONE),
    ("GET", "/workshop/<kind>/<key>"): Route(EVERYONE),
    ("GET", "/definitions/<int:definition_id>"): Route(EVERYONE),
    ("GET", "/workshop/upload"): Route(PUBLISHES),
    ("POST", "/workshop/upload"): Route(PUBLISHES),
    ("GET", "/workshop/upload/<int:upload_id>"): Route(PUBLISHES),
    ("GET", "/workshop/upload/<int:upload_id>/<int:number>"): Route(PUBLISHES),
    ("GET", "/workshop/upload/<int:upload_id>/<int:number>/names"): Route(PUBLISHES),
    ("POST", "/workshop/upload/<int:upload_id>/<int:number>/case"): Route(PUBLISHES),
    ("GET", "/workshop/docx/<key>/blank"): Route(EVERYONE),
    ("GET", "/workshop/docx/<key>/edit"): Route(PUBLISHES),
    ("POST", "/workshop/docx/<key>/edit"): Route(PUBLISHES),
    ("GET", "/workshop/upload/<int:upload_id>/scenarios"): Route(PUBLISHES),
    ("GET", "/workshop/upload/<int:upload_id>/cases"): Route(PUBLISHES),
    ("POST", "/workshop/upload/<int:upload_id>/publish"): Route(PUBLISHES),
    ("POST", "/workshop/upload/<int:upload_id>/drop"): Route(PUBLISHES),
    ("GET", "/workshop/<kind>/<key>/compare"): Route(EVERYONE),
    ("GET", "/migrations"): Route(PUBLISHES | REPAIRS),
    ("POST", "/migrations"): Route(PUBLISHES),
    ("GET", "/migrations/<int:plan_id>"): Route(PUBLISHES | REPAIRS),
    ("POST", "/migrations/<int:plan_id>/move"): Route(REPAIRS),
    ("POST", "/migrations/<int:plan_id>/undo"): Route(REPAIRS),
    ("GET", "/norms"): Route(EVERYONE),
    ("GET", "/norms/<key>"): Route(EVERYONE),
    ("GET", "/norms/<key>/new"): Route(PUBLISHES),
    ("POST", "/norms/<key>/new"): Route(PUBLISHES),
    ("GET", "/calendar"): Route(EVERYONE),
    ("POST", "/calendar/<int:number>/confirm"): Route(KEEPS_CALENDAR),
    ("POST", "/calendar/day"): Route(KEEPS_CALENDAR),
    ("POST", "/calendar/day/restore"): Route(KEEPS_CALENDAR),
    ("POST", "/calendar/<int:number>/load"): Route(KEEPS_CALENDAR),
    ("POST", "/calendar/hours"): Route(KEEPS_CALENDAR),
    ("GET", "/calendar/import"): Route(KEEPS_CALENDAR),
    ("POST", "/calendar/import"): Route(KEEPS_CALENDAR),
    ("GET", "/calendar/recalculations/<int:number>"): Route(EVERYONE),
    # the administrator and the journal
    ("GET", "/admin/accounts"): Route(MANAGES),
    ("GET", "/admin/accounts/new"): Route(MANAGES),
    ("POST", "/admin/accounts/new"): Route(MANAGES),
    ("GET", "/admin/accounts/<int:account_id>"): Route(MANAGES),
    ("POST", "/admin/accounts/<int:account_id>"): Route(MANAGES),
    ("POST", "/admin/accounts/<int:account_id>/roles"): Route(MANAGES),
    ("POST", "/admin/accounts/<int:account_id>/password"): Route(MANAGES),
    ("POST", "/admin/accounts/<int:account_id>/active"): Route(MANAGES),
    ("GET", "/admin/journal"): Route(READS_JOURNAL),
}
