"""The parts of the interface in a real browser: they obey the content policy, are usable without a mouse,
and lose nothing that was typed."""

from __future__ import annotations

import hashlib
import re

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Locator, Page, Request, expect

from tests.journeys import kit_app
from tests.journeys.conftest import COLOURS_ONLY
from webui import ui

pytestmark = pytest.mark.journey

PAGES = ("/kit", "/kit/inbox", "/kit/step", "/kit/case", "/kit/monitor", "/kit/methods")
WIDTHS = (1440, 390)


def open_step(page: Page) -> None:
    page.goto("/kit/step")
    expect(page.get_by_label("Цель сопровождения")).to_be_visible()


def drawn(page: Page) -> None:
    """Waits until the form and the diagrams of the page are there."""
    for diagram in page.locator("[data-diagram]").all():
        diagram.scroll_into_view_if_needed()
        expect(diagram.locator(".bjs-powered-by")).to_be_visible()
    if page.locator("[data-step-form]").count():
        expect(page.get_by_label("Цель сопровождения")).to_be_visible()


# --- every page ------------------------------------------------------------------------------------------


def test_the_committed_assets_are_those_of_the_checksums_file():
    for path, digest in ui.checksums().items():
        assert hashlib.sha256((ui.STATIC / path).read_bytes()).hexdigest() == digest, path
    built = {str(path.relative_to(ui.STATIC)) for path in ui.STATIC.rglob("*") if path.is_file()}
    assert built - {"checksums.txt"} == set(ui.checksums())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_breaks_no_rule_of_the_policy_and_none_of_accessibility(page, seen, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    drawn(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("() => document.getAnimations().length === 0")
        report = Axe().run(page, options=DEFAULT_OPTIONS if theme == "light" else COLOURS_ONLY)
        assert report.violations_count == 0, f"{path} {width} {theme}\n{report.generate_report()}"


def test_the_open_menu_and_the_list_of_keys_are_accessible_too(page, seen):
    page.goto("/kit/inbox")
    page.locator(".user-menu > summary").click()
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Все клавиши").click()
    expect(page.locator("#keys-help")).to_be_visible()
    assert Axe().run(page).violations_count == 0


def test_the_chosen_look_stays_on_the_next_page(page, seen):
    page.goto("/kit/inbox")
    page.locator(".user-menu > summary").click()
    page.get_by_label("тёмный").check()
    page.goto("/kit/case")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 31)"


# --- keyboard --------------------------------------------------------------------------------------------


def test_arrows_choose_a_row_and_enter_opens_it(page, seen):
    page.goto("/kit/inbox")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".task.is-selected")).to_have_attribute("id", "task-2")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".task.is-selected")).to_have_attribute("id", "task-1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#1$"))


def test_the_key_of_taking_works_in_both_layouts(page, seen, site):
    page.goto("/kit/inbox")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    with page.expect_request("**/post/take/5"):
        page.dispatch_event("body", "keydown", {"code": "KeyD", "key": "в", "bubbles": True})
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert site.sent("POST", "/post/take/5") == [{"csrf_token": "first-token", "version": "1"}]


def test_letters_stay_letters_while_a_person_types(page, seen, site):
    page.goto("/kit/inbox")
    page.keyboard.press("Control+k")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("dy?")
    expect(search).to_have_value("dy?")
    expect(page.locator("#keys-help")).to_be_hidden()
    assert site.received == []


def test_a_question_mark_shows_the_keys_and_escape_hides_them(page, seen):
    page.goto("/kit/inbox")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()


def test_what_stands_beside_a_form_is_english_on_an_english_page(page, seen):
    page.goto("/kit/step?language=en")
    expect(page.locator("[data-form-filled]")).to_contain_text("required fields")
    expect(page.locator("[data-required-left]").first).to_contain_text("left to fill in: go to")


def test_alt_and_a_digit_open_a_section(page, seen):
    page.goto("/kit/inbox")
    page.keyboard.press("Alt+2")
    expect(page).to_have_url(re.compile("/kit/case$"))


def test_sections_that_find_no_room_in_the_bar_are_in_its_menu(page, seen):
    """Nothing of the bar is cut off, whatever the width; the current section stays in sight."""
    page.goto("/kit/monitor")
    menu = page.locator("[data-more-sections]")
    everything = [*kit_app.SECTIONS, *kit_app.MORE_SECTIONS]
    for width, roomy in ((1440, True), (1100, False), (820, False)):
        page.set_viewport_size({"width": width, "height": 900})
        expect(menu).to_be_visible(visible=not roomy)
        parts = page.locator(".section-list > .section, .more-sections, .bar-side > *").filter(visible=True)
        cut = [part.inner_text() for part in parts.all() if _outside(part, width)]
        assert cut == [], width
        shown = page.locator(".section-list > .section").filter(visible=True).all_inner_texts()
        assert "Монитор" in shown, width
        if not roomy:
            menu.locator("summary").press("Enter")
            shown += menu.get_by_role("link").all_inner_texts()
            assert Axe().run(page, options=DEFAULT_OPTIONS).violations_count == 0
            page.keyboard.press("Escape")
            expect(menu.locator("summary")).to_be_focused()
        assert sorted(shown) == sorted(label for _, label, _ in everything), width


def _outside(part: Locator, width: int) -> bool:
    """Whether something of the bar ends beyond the window or wraps out of the bar."""
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] > width or box["y"] + box["height"] > 60


def test_the_first_tab_leads_to_the_content(page, seen):
    page.goto("/kit/inbox")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_tabs_are_walked_with_arrows(page, seen):
    open_step(page)
    drawn(page)
    page.get_by_role("tab", name="Схема").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="История")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="История")).to_be_visible()
    expect(page.locator("#scheme")).to_be_hidden()


def test_what_the_law_forbids_explains_itself(page, seen):
    open_step(page)
    page.get_by_text("Приостановить срок").click()
    expect(page.get_by_text("Этот срок по закону не останавливается")).to_be_visible()


# --- lists -----------------------------------------------------------------------------------------------


def test_a_refreshed_list_leaves_the_selected_row_where_it_is(page, seen):
    page.goto("/kit/inbox")
    page.locator("#task-8 .task-link").focus()
    before = page.locator("#task-8").bounding_box()
    with page.expect_response("**/kit/inbox"):
        page.evaluate("() => document.querySelector('#inbox').dispatchEvent(new Event('refresh'))")
    expect(page.locator("#task-8.is-selected")).to_be_visible()
    expect(page.locator("#task-8 .task-link")).to_be_focused()
    assert page.locator("#task-8").bounding_box() == before


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page, seen, site):
    page.goto("/kit")
    page.get_by_label("Фамилия").fill("Лапшина")
    page.evaluate(
        """() => {
          const button = document.querySelector('form[action="/post/plain"] button[type=submit]');
          button.click();
          button.click();
        }"""
    )
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert len(site.sent("POST", "/post/plain")) == 1


# --- the form of a step ----------------------------------------------------------------------------------


def test_the_form_counts_what_is_left_and_leads_to_it(page, seen):
    open_step(page)
    expect(page.locator("[data-form-filled]")).to_have_text("Заполнено 5 из 6 обязательных полей")
    left = page.locator("[data-required-left]")
    expect(left).to_have_text("Осталось заполнить 1\u00a0поле: перейти к нему")
    left.get_by_role("link").click()
    against = page.get_by_label("С чем не согласны")
    expect(against).to_be_focused()
    against.fill("с переездом")
    expect(left).to_have_text("Все обязательные поля заполнены")


def test_the_count_follows_what_an_answer_hides_and_shows(page, seen):
    open_step(page)
    filled = page.locator("[data-form-filled]")
    page.get_by_label("Согласна", exact=True).check()
    expect(filled).to_have_text("Заполнено 5 из 5 обязательных полей")
    page.get_by_label("Согласна частично").check()
    expect(filled).to_have_text("Заполнено 5 из 6 обязательных полей")


def test_completing_moves_to_the_first_fault_and_says_it(page, seen, site):
    open_step(page)
    page.get_by_role("button", name="Завершить шаг").click()
    expect(page.get_by_label("С чем не согласны")).to_be_focused()
    expect(page.locator(".fjs-form-field-error")).to_have_text(
        "Напишите, с какой мерой семья не согласна. Без этого шаг не завершить."
    )
    assert Axe().run(page).violations_count == 0
    assert site.sent("POST", "/post/complete") == []


def test_a_completed_step_sends_what_is_shown_and_nothing_hidden(page, seen, site):
    open_step(page)
    page.get_by_label("Согласна", exact=True).check()
    page.get_by_label("Звонок или встреча").select_option("2 раза в месяц")
    expect(page.get_by_label("Почему чаще, чем по правилу")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/kit$"))
    [sent] = site.sent("POST", "/post/complete")
    assert sent["version"] == 3
    assert sent["data"]["согласие"] == "да"
    assert sent["data"]["начало"] == "2026-01-12"
    assert sent["data"]["задачи"][1] == {"задача": "Поддержать старшего сына в школе", "занятий": 8}
    assert "с_чем_не_согласны" not in sent["data"]
    assert "почему_чаще" not in sent["data"]


def test_faults_found_by_the_server_stand_at_their_fields(page, seen, site):
    seen.expect("422")
    site.answers["/post/complete"] = (
        422,
        {"errors": {"цель": "Коротко о цели.", "задачи.1.задача": "Уточните."}},
    )
    open_step(page)
    page.get_by_label("С чем не согласны").fill("с переездом")
    page.get_by_role("button", name="Завершить шаг").click()
    expect(page.get_by_role("form").get_by_text("Коротко о цели.")).to_be_visible()
    expect(page.locator(".fjs-repeat-row-container").nth(1)).to_contain_text("Уточните.")
    expect(page.get_by_label("Цель сопровождения")).to_be_focused()
    expect(page.get_by_label("С чем не согласны")).to_have_value("с переездом")


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (
            409,
            {
                "title": "Шаг завершила Белова Н. А. сегодня в 14:31",
                "message": "Ваши правки не пропали: они в черновике.",
                "actions": [{"words": "К списку задач", "href": "/kit/inbox"}],
            },
            "Шаг завершила Белова Н. А. сегодня в 14:31",
        ),
        (500, {"number": "0417"}, "Номер сообщения: 0417."),
    ],
)
def test_a_failure_keeps_all_that_was_typed(page, seen, site, status, answer, words):
    seen.expect(str(status))
    site.answers["/post/complete"] = (status, answer)
    open_step(page)
    page.get_by_label("С чем не согласны").fill("с переездом")
    page.get_by_role("button", name="Завершить шаг").click()
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(page.get_by_label("С чем не согласны")).to_have_value("с переездом")


def test_a_value_changed_by_hand_says_so_and_what_it_was(page, seen):
    open_step(page)
    goal = page.locator(".framed-field", has=page.get_by_label("Цель сопровождения"))
    expect(goal.locator(".source")).to_have_text("из ИППСУ № 3 от 12.01.2026, раздел «Мероприятия»")
    page.get_by_label("Цель сопровождения").fill("Другая цель")
    expect(goal.locator(".source")).to_have_text("изменено вами")
    expect(goal).not_to_have_class(re.compile("is-prefilled"))


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("03.02.2026", "3 февраля 2026, вт"),
        ("3.2.2026", "3 февраля 2026, вт"),
        ("03022026", "3 февраля 2026, вт"),
    ],
)
def test_a_date_is_read_day_first_and_written_back(page, seen, typed, understood):
    open_step(page)
    page.get_by_label("Начало").fill(typed)
    page.get_by_label("Начало").blur()
    expect(page.locator(".date-read").first).to_have_text(understood.replace("3 ф", "3\u00a0ф"))
    expect(page.get_by_label("Начало")).to_have_value("03.02.2026")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("31.02.2026", "в феврале 2026 года 28\u00a0дней, а не 31"),
        ("02/21/2026", "Проверьте месяц: 21."),
        ("21 янв", "Напишите день, месяц и год целиком"),
        ("21.01.26", "Напишите день, месяц и год целиком"),
        ("21.01.0202", "Проверьте год: 202."),
    ],
)
def test_what_is_no_date_never_becomes_another_date(page, seen, site, typed, fault):
    open_step(page)
    page.get_by_label("Начало").fill(typed)
    page.get_by_label("Начало").blur()
    expect(page.locator(".fjs-form-field-datetime .fjs-form-field-error")).to_contain_text(fault)
    expect(page.get_by_label("Начало")).to_have_value(typed)
    expect(page.locator("[data-form-filled]")).to_have_text("Заполнено 4 из 6 обязательных полей")


def test_a_number_is_read_as_people_write_it_and_what_is_none_is_never_dropped(page, seen, site):
    """The field may stay empty, so without being asked it would be sent so."""
    open_step(page)
    page.get_by_label("Согласна", exact=True).check()
    hours = page.get_by_label("Занятий").first
    hours.fill("две")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".fjs-form-field-error")).to_have_text(
        "Напишите число цифрами, например 12 или 12,5."
    )
    expect(hours).to_be_focused()
    expect(hours).to_have_value("две")
    assert site.sent("POST", "/post/complete") == []
    hours.fill("1\u00a0200,5")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/kit$"))
    [sent] = site.sent("POST", "/post/complete")
    assert sent["data"]["задачи"][0]["занятий"] == 1200.5


def test_a_date_of_a_plain_form_is_sent_as_iso(page, seen, site):
    page.goto("/kit")
    page.get_by_label("Фамилия").fill("Лапшина")
    page.get_by_label("Дата рождения").fill("04.05.1991")
    page.get_by_role("button", name="Сохранить карточку").click()
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert site.sent("POST", "/post/plain")[0]["born"] == "1991-05-04"


# --- drafts ----------------------------------------------------------------------------------------------


def is_draft(request: Request) -> bool:
    return request.method == "PUT" and request.url.endswith("/post/draft")


def test_a_draft_is_saved_two_seconds_after_typing_stops(page, seen, site):
    page.clock.install()
    open_step(page)
    page.get_by_label("Цель сопровождения").press_sequentially(" и здоровье")
    page.clock.run_for(1500)
    assert site.sent("PUT", "/post/draft") == []
    page.clock.run_for(1000)
    expect(page.locator("[data-draft-state]")).to_contain_text("черновик сохранён")
    [draft] = site.sent("PUT", "/post/draft")
    assert draft["data"]["цель"].endswith("и здоровье")
    assert draft["version"] == 3


def test_a_draft_is_saved_on_leaving_a_field_and_by_ctrl_s(page, seen, site):
    open_step(page)
    page.get_by_label("Цель сопровождения").fill("Первая")
    with page.expect_request(is_draft):
        page.get_by_label("Выезд в семью").focus()
    with page.expect_request(is_draft):
        page.keyboard.press("Control+s")
    expect(page.locator("#announce")).to_contain_text("черновик сохранён")


def test_ctrl_s_is_answered_though_an_earlier_draft_is_still_on_its_way(page, seen, site):
    open_step(page)
    page.get_by_label("Цель сопровождения").fill("Первая")
    site.answering.clear()
    with page.expect_request(is_draft):
        page.get_by_label("Выезд в семью").focus()
    page.keyboard.press("Control+s")
    site.answering.set()
    expect(page.locator("#announce")).to_contain_text("черновик сохранён")
    assert [draft["data"]["цель"] for draft in site.sent("PUT", "/post/draft")] == ["Первая", "Первая"]


def test_a_step_is_completed_after_the_draft_that_is_on_its_way(page, seen, site):
    open_step(page)
    page.get_by_label("С чем не согласны").fill("с переездом")
    site.answering.clear()
    with page.expect_request(is_draft):
        page.get_by_label("Выезд в семью").focus()
    page.get_by_role("button", name="Завершить шаг").click()
    expect(page.get_by_role("button", name="Завершить шаг")).to_have_attribute("aria-busy", "true")
    assert site.sent("POST", "/post/complete") == []
    site.answering.set()
    expect(page).to_have_url(re.compile("/kit$"))
    assert [verb for verb, _, _ in site.received] == ["PUT", "POST"]


def test_signing_out_waits_for_the_draft_that_is_on_its_way(page, seen, site):
    open_step(page)
    site.answering.clear()
    page.get_by_label("Цель сопровождения").fill("Первая")
    with page.expect_request(is_draft):
        page.get_by_label("Выезд в семью").focus()
    page.get_by_label("Цель сопровождения").fill("Последняя")
    page.evaluate("() => document.querySelector('form[data-sign-out]').requestSubmit()")
    site.answering.set()
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert site.sent("PUT", "/post/draft")[-1]["data"]["цель"] == "Последняя"


def test_without_a_connection_the_draft_stays_here_and_is_sent_later(page, seen, site, context):
    seen.expect("ERR_INTERNET_DISCONNECTED")
    open_step(page)
    drawn(page)
    context.set_offline(True)
    page.get_by_label("Цель сопровождения").fill("Без связи")
    page.get_by_label("Выезд в семью").focus()
    expect(page.get_by_text("Нет связи. Можно работать дальше.")).to_be_visible()
    expect(page.locator("[data-offline-words]")).to_contain_text(
        "Отправим, когда появится связь: 1\u00a0запись"
    )
    assert page.evaluate("() => Object.keys(localStorage)") == ["marshrut-draft:u1:/post/draft"]
    context.set_offline(False)
    expect(page.get_by_text("Нет связи. Можно работать дальше.")).to_be_hidden()
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    assert site.sent("PUT", "/post/draft")[-1]["data"]["цель"] == "Без связи"
    assert page.evaluate("() => Object.keys(localStorage)") == []


def test_a_draft_left_in_the_browser_opens_with_the_form(page, seen, site, context):
    seen.expect("ERR_INTERNET_DISCONNECTED")
    open_step(page)
    drawn(page)
    context.set_offline(True)
    page.get_by_label("Цель сопровождения").fill("Набрано на выезде")
    page.get_by_label("Выезд в семью").focus()
    expect(page.locator("[data-draft-state]")).to_contain_text("на этом компьютере")
    page.goto("about:blank")
    context.set_offline(False)
    open_step(page)
    expect(page.get_by_label("Цель сопровождения")).to_have_value("Набрано на выезде")


def test_a_step_completed_without_a_connection_is_completed_when_it_returns(page, seen, site, context):
    seen.expect("ERR_INTERNET_DISCONNECTED")
    open_step(page)
    drawn(page)
    page.get_by_label("С чем не согласны").fill("с переездом")
    context.set_offline(True)
    page.get_by_role("button", name="Завершить шаг").click()
    expect(page.get_by_text("Нет связи. Шаг ещё не завершён")).to_be_visible()
    context.set_offline(False)
    expect(page).to_have_url(re.compile("/kit$"))
    assert len(site.sent("POST", "/post/complete")) == 1


def test_signing_out_clears_the_drafts_of_this_browser(page, seen, site):
    open_step(page)
    page.evaluate("() => localStorage.setItem('marshrut-draft:somebody:/x', '{}')")
    page.get_by_label("Цель сопровождения").fill("Перед уходом")
    page.locator(".user-menu > summary").click()
    page.get_by_role("button", name="Выйти").click()
    expect(page).to_have_url(re.compile("/kit/case$"))
    assert page.evaluate("() => Object.keys(localStorage)") == []
    assert site.sent("PUT", "/post/draft")[-1]["data"]["цель"] == "Перед уходом"


def test_after_a_time_out_the_page_waits_for_the_person_and_goes_on(page, seen, site):
    seen.expect("401")
    open_step(page)
    site.signed_in = False
    page.get_by_label("Цель сопровождения").fill("Всё ещё здесь")
    page.get_by_label("Выезд в семью").focus()
    expect(page.get_by_text("Вы вышли по времени.")).to_be_visible()
    site.signed_in, site.token = True, "second-token"
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("Вы вышли по времени.")).to_be_hidden()
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    expect(page.get_by_label("Цель сопровождения")).to_have_value("Всё ещё здесь")


# --- diagrams --------------------------------------------------------------------------------------------


def test_a_diagram_shows_where_cases_wait_and_keeps_the_mark_of_its_library(page, seen):
    page.goto("/kit/monitor")
    drawn(page)
    where = page.locator("#where")
    expect(where.locator(".badge-overdue")).to_have_text("2")
    expect(where.locator("[data-element-id=plan].mark-wait-3")).to_be_visible()
    expect(where.get_by_role("link", name="То же таблицей")).to_be_visible()


def test_a_diagram_opens_on_the_whole_screen_and_escape_closes_it(page, seen):
    page.goto("/kit/monitor")
    drawn(page)
    page.locator("#where").get_by_role("button", name="На весь экран и обратно").click()
    expect(page.locator("#where")).to_have_class(re.compile("diagram-full"))
    page.keyboard.press("Escape")
    expect(page.locator("#where")).not_to_have_class(re.compile("diagram-full"))


def test_a_decision_table_marks_the_row_that_matched_and_the_cells_that_are_meant(page, seen):
    page.goto("/kit/methods")
    drawn(page)
    expect(page.locator("#rule .rule-matched")).to_have_count(4)  # its number, condition, outcome and note
    expect(page.locator("#rule td.rule-changed")).to_have_text('"высокий"')
    expect(page.locator("#rule th.rule-removed")).to_contain_text("Риск")
    expect(page.locator("#rule")).to_contain_text("первая подошедшая")
