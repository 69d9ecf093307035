"""What is typed reaches the server, whatever becomes of sign-in, connection and clock meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

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


def draft_with(page: Page, goal: str) -> dict[str, Any]:
    """What the draft holds that is sent with these words as the goal, which no earlier one has."""
    data: dict[str, Any] = sent_with(page, goal)["data"]
    return data


def sent_with(page: Page, goal: str) -> dict[str, Any]:
    """The same with what that draft goes on from."""

    def is_it(request: Request) -> bool:
        return request.method == "PUT" and (request.post_data_json or {})["data"]["цель"] == goal

    with page.expect_request(is_it) as sent:
        page.get_by_label("Цель сопровождения").fill(goal)
        page.keyboard.press("Control+s")
    body: dict[str, Any] = sent.value.post_data_json or {}
    return body


def test_what_can_not_be_read_is_in_the_draft_and_comes_back_with_its_words(page, seen, site):
    seen.expect("503")
    site.answers["/post/draft"] = (503, {})
    open_step(page)
    page.get_by_label("Начало").fill("31.02.2026")
    page.get_by_label("Занятий").nth(1).fill("12а")
    sent = draft_with(page, "Сервера нет")
    expect(page.locator("[data-draft-state]")).to_contain_text("на этом компьютере")
    assert sent["начало"] is None
    assert sent["?"] == {"начало": {"date": "31.02.2026", "time": ""}, "задачи.1.занятий": "12а"}
    open_step(page)
    expect(page.get_by_label("Начало")).to_have_value("31.02.2026")
    expect(page.get_by_label("Занятий").nth(1)).to_have_value("12а")
    expect(page.locator(".fjs-form-field-error")).to_have_text(
        [re.compile("в феврале 2026 года 28\u00a0дней"), re.compile("Напишите число цифрами")]
    )
    page.get_by_label("Начало").fill("28.02.2026")
    page.get_by_label("Занятий").nth(1).fill("12")
    del site.answers["/post/draft"]
    sent = draft_with(page, "Прочитано")
    assert (sent["начало"], sent["задачи"][1]["занятий"], "?" in sent) == ("2026-02-28", 12, False)


def test_a_text_that_is_no_date_is_saved_though_the_field_was_empty_before(page, seen, site):
    open_step(page)
    page.get_by_label("Начало").fill("")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    page.get_by_label("Начало").press_sequentially("завтра")
    assert draft_with(page, "Когда начнём")["?"] == {"начало": {"date": "завтра", "time": ""}}
    expect(page.locator(".fjs-form-field-error")).to_contain_text("Напишите день, месяц и год целиком")


def test_a_row_that_is_removed_takes_what_was_typed_into_it_along(page, seen, site):
    open_step(page)
    page.get_by_label("Занятий").nth(0).fill("две")
    page.get_by_label("Занятий").nth(1).fill("")
    page.get_by_role("button", name="Убрать строку 1").click()
    expect(page.get_by_label("Занятий")).to_have_count(1)
    expect(page.get_by_label("Занятий")).to_have_value("")
    assert "?" not in draft_with(page, "Строка убрана")


def test_a_draft_that_another_page_has_sent_is_gone_on_from(page, seen, site, context):
    seen.expect("503")
    site.answers["/post/draft"] = (503, {})
    open_step(page)
    draft_with(page, "Сервера нет")
    expect(page.locator("[data-draft-state]")).to_contain_text("на этом компьютере")
    site.answers["/post/draft"] = (200, {"kept_at": "10:00", "saved_at": 77})
    page.evaluate(
        """() => {
            const sent = new BroadcastChannel("marshrut-drafts");
            window.told = new Promise((resolve) => sent.addEventListener("message", () => resolve(true)));
        }"""
    )
    context.new_page().goto("/kit/inbox")
    assert page.evaluate("() => window.told")
    assert sent_with(page, "Сервер есть")["base"] == 77


def write_a_note(page: Page) -> Locator:
    """A plain form with something typed into it; its button."""
    page.goto("/kit")
    page.get_by_label("Заметка", exact=True).fill("Позвонить матери")
    return page.get_by_role("button", name="Записать заметку")


def test_a_plain_form_waits_for_who_was_signed_out_meanwhile(page, seen, site):
    save = write_a_note(page)
    site.signed_in = False
    save.click()
    expect(page.get_by_text("Вы вышли по времени.")).to_be_visible()
    assert site.sent("POST", "/post/note") == []
    site.signed_in, site.token = True, "second-token"
    save.click()
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert site.sent("POST", "/post/note") == [{"note": "Позвонить матери", "csrf_token": "second-token"}]


def test_a_plain_form_waits_for_the_connection(page, seen, site, context):
    seen.expect("ERR_INTERNET_DISCONNECTED")
    save = write_a_note(page)
    context.set_offline(True)
    save.click()
    expect(page.get_by_text("Форма не отправлена, всё в ней цело.")).to_be_visible()
    context.set_offline(False)
    save.click()
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert [sent["note"] for sent in site.sent("POST", "/post/note")] == ["Позвонить матери"]


def test_the_time_of_a_draft_is_that_of_the_office_and_not_of_the_computer(page, seen, site):
    site.answers["/post/draft"] = (200, {"kept_at": "03:17", "saved_at": 5})
    open_step(page)
    page.get_by_label("Цель сопровождения").fill("Моё")
    page.get_by_label("Выезд в семью").focus()
    expect(page.locator("[data-draft-state]")).to_have_text("черновик сохранён 03:17")
