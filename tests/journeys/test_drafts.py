"""What is typed into a step reaches the server, whatever becomes of the sign-in and the clock meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.test_kit import drawn, open_step

pytestmark = pytest.mark.journey


def test_what_is_typed_with_the_token_of_an_earlier_sign_in_is_saved_all_the_same(page, seen, site):
    seen.expect("400")
    open_step(page)
    site.token = "second-token"
    page.get_by_label("Цель сопровождения").fill("После нового входа")
    page.get_by_label("Выезд в семью").focus()
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    assert site.sent("PUT", "/post/draft")[-1]["data"]["цель"] == "После нового входа"


def test_who_comes_back_to_a_page_left_open_for_the_night_is_told_before_they_type(page, seen, site):
    open_step(page)
    site.signed_in = False
    page.evaluate("() => { const now = Date.now(); Date.now = () => now + 3600 * 1000; }")
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("Вы вышли по времени.")).to_be_visible()


def test_a_draft_left_here_opens_although_the_clock_of_the_computer_is_slow(page, seen, site, context):
    seen.expect("ERR_INTERNET_DISCONNECTED")
    page.add_init_script("Date.now = () => 1000;")
    open_step(page)
    drawn(page)
    context.set_offline(True)
    page.get_by_label("Цель сопровождения").fill("Часы отстают")
    page.get_by_label("Выезд в семью").focus()
    expect(page.locator("[data-draft-state]")).to_contain_text("на этом компьютере")
    page.goto("about:blank")
    context.set_offline(False)
    open_step(page)
    expect(page.get_by_label("Цель сопровождения")).to_have_value("Часы отстают")


def test_a_draft_kept_on_another_page_meanwhile_is_shown_before_anything_is_written_over(page, seen, site):
    seen.expect("409")
    newer = {
        "code": "newer",
        "title": "Черновик этого шага изменили",
        "message": "Белова Н. А.",
        "saved_at": 77,
    }
    site.answers["/post/draft"] = (409, newer)
    open_step(page)
    page.get_by_label("Цель сопровождения").fill("Моё")
    page.get_by_label("Выезд в семью").focus()
    expect(page.get_by_text("Черновик этого шага изменили")).to_be_visible()
    del site.answers["/post/draft"]
    page.get_by_role("button", name="Оставить мой текст").click()
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    sent = site.sent("PUT", "/post/draft")
    assert [draft["base"] for draft in sent] == [0, 77]
    assert sent[-1]["data"]["цель"] == "Моё"


def test_the_time_of_a_draft_is_that_of_the_office_and_not_of_the_computer(page, seen, site):
    site.answers["/post/draft"] = (200, {"kept_at": "03:17", "saved_at": 5})
    open_step(page)
    page.get_by_label("Цель сопровождения").fill("Моё")
    page.get_by_label("Выезд в семью").focus()
    expect(page.locator("[data-draft-state]")).to_have_text("черновик сохранён 03:17")
