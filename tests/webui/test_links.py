"""Where pages lead: nobody is offered what they would be refused, and everybody finds what they may open."""

from __future__ import annotations

from collections import Counter, deque
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree
from werkzeug.routing import MapAdapter

from engine.access.policy import GRANTS
from tests.factories.access import make_account
from tests.webui.browsing import Visitor
from tests.webui.routes import ROUTES
from tests.webui.workplace import ROLE_CODES

OF_A_KIND = 3
"""Pages of one rule that are looked at: those of another case say the same."""

ASKED_FOR = {"/session", "/static/<path:filename>", "/sign-in", "/monitor/reassign"}
"""Not pages, or not for whoever is signed in, or opened with rows that somebody has chosen."""


def walked(visitor: Visitor, adapter: MapAdapter) -> dict[str, str]:
    """Every address that is offered from page to page, and its rule; fails at the first that is refused."""
    waiting, found, of_rule = deque([("/", "")]), {"/": "/"}, Counter[str]()
    while waiting:
        address, offered_by = waiting.popleft()
        answer = visitor.client.get(address)
        assert answer.status_code in (200, 302, 303), (
            f"{answer.status_code} {address}, offered by {offered_by}"
        )
        if answer.mimetype != "text/html":
            continue
        links = [link.get("href") for link in etree.HTML(answer.text).iter("a") if "href" in link.attrib]
        links = links or [answer.location or ""]
        for link in links:
            to = urlsplit(urljoin(f"http://localhost{address}", link))
            whole = f"{to.path}?{to.query}" if to.query else to.path
            if to.netloc != "localhost" or whole in found:
                continue
            rule = str(adapter.match(to.path, method="GET", return_rule=True)[0])
            of_rule[rule] += 1
            if of_rule[rule] <= OF_A_KIND:
                found[whole] = rule
                waiting.append((whole, address))
    return found


def with_other_rights() -> list[str]:
    """One role of those with the same rights: pages are made for rights."""
    return list({frozenset(GRANTS[role].items()): role for role in reversed(ROLE_CODES)}.values())[::-1]


@pytest.mark.parametrize("role", with_other_rights())
def test_no_page_offers_what_it_would_refuse(role, visit, app, rt, office):
    rt.clock.advance(timedelta(days=2))
    visitor = visit(role)
    reached = set(walked(visitor, app.url_map.bind("localhost")).values())
    for (method, rule), route in ROUTES.items():
        alone = method == "GET" and "<" not in rule and rule not in ASKED_FOR
        if alone and role in route.who:
            assert rule in reached, f"no page leads {role} to {rule}"


def test_a_head_of_another_department_is_offered_nothing_that_is_refused(visit, app, rt, office):
    rt.clock.advance(timedelta(days=2))
    chief = make_account(rt, "R07", unit_id=office.care)
    assert walked(visit(chief), app.url_map.bind("localhost"))
