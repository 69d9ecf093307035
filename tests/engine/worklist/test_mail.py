"""Letters, through a real mail server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, insert, select, update

from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.errors import InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor
from engine.runtime import Runtime
from engine.settings import MailServer, Security
from engine.worklist import mail as letters
from engine.worklist import post
from engine.worklist.digest import queue_digests
from engine.worklist.ladder import tell_due
from engine.worklist.letters import MOST, Kind
from engine.worklist.mail import Wanted, choose_mail, send_due, unsent, wanted_by
from engine.worklist.tables import FAILED, NEEDLESS, SENT, WAITING, mail, mail_choice, notice
from tests.factories.access import make_actor
from tests.factories.cases import chain, complete, open_case, publish_files, user_task

MOSCOW = ZoneInfo("Europe/Moscow")
DUE = datetime(2026, 1, 12, 17, tzinfo=MOSCOW)
"""T10 ends on the day it begins; the case opens on Monday the 12th."""


class Mailbox:
    """What the mail server does with letters: keeps them, or answers with `answer`."""

    def __init__(self) -> None:
        self.port = 0
        self.answer = ""
        self.kept: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.kept.append(message)
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        box.port = taken.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def clerk(rt: Runtime, box: Mailbox) -> Actor:
    """A specialist who wants letters at once, and an open case with a step of theirs."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    rt.settings = replace(rt.settings, mail=server_of(box))
    clerk = make_actor(rt, "R05")
    choose_mail(rt, clerk, "belova@example.org", "now")
    publish_files(rt, chain("small", user_task("a", norm="T10")))
    open_case(rt, clerk, "small")
    return clerk


def server_of(box: Mailbox, port: int | None = None) -> MailServer:
    return MailServer(
        host="127.0.0.1",
        port=port or box.port,
        sender="marshrut@example.org",
        security=Security.NONE,
    )


def at(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


def states(rt: Runtime) -> list[int]:
    with rt.database.read() as conn:
        return list(conn.execute(select(mail.c.state).order_by(mail.c.id)).scalars())


def test_a_letter_names_the_case_the_step_and_the_date_and_nobody(rt, clerk, box):
    rt.settings = replace(rt.settings, address="https://marshrut.example.org")
    at(rt, DUE + timedelta(seconds=1))
    sweep_until_idle(rt)
    assert box.kept == []  # the office has closed
    at(rt, datetime(2026, 1, 13, 9, tzinfo=MOSCOW))
    sweep_until_idle(rt)
    first = box.kept[0]
    assert first["To"] == "belova@example.org"
    assert "срок истёк" in first["Subject"]
    text = first.get_content()
    assert "Шаг a" in text
    assert "срок был 12\u00a0января, пн" in text
    assert "https://marshrut.example.org/tasks/" in text
    assert "Лапшиных" not in first.as_string() + text


def test_a_letter_is_queued_in_the_commit_of_its_notice(rt, clerk):
    at(rt, DUE + timedelta(seconds=1))
    tell_due(rt)
    with rt.database.read() as conn:
        notices = conn.execute(select(notice.c.id)).scalars().all()
        about = conn.execute(select(mail.c.about)).scalars().all()
    assert notices == about != []


def test_nothing_is_sent_at_night_and_on_days_off(rt, clerk):
    server = rt.settings.mail
    opening = datetime(2026, 1, 12, 9, tzinfo=MOSCOW)
    for now in (datetime(2026, 1, 9, 17, tzinfo=MOSCOW), datetime(2026, 1, 11, 12, tzinfo=MOSCOW)):
        assert letters.sending_moment(rt, server, clerk.unit_id, now) == opening
    assert letters.sending_moment(rt, server, clerk.unit_id, opening) == opening
    loud = replace(server, quiet=False)
    night = datetime(2026, 1, 11, 3, tzinfo=MOSCOW)
    assert letters.sending_moment(rt, loud, clerk.unit_id, night) == night


def test_a_letter_that_the_server_puts_off_comes_later_with_the_same_number(rt, clerk, box):
    morning = queue_one(rt)
    box.answer = "451 later"
    sweep_until_idle(rt)
    assert states(rt) == [WAITING]
    number = message_ids(rt)
    box.answer = ""
    at(rt, morning + timedelta(seconds=59))
    sweep_until_idle(rt)
    assert box.kept == []
    at(rt, morning + timedelta(minutes=1))
    sweep_until_idle(rt)
    assert states(rt) == [SENT]
    assert [letter["Message-ID"] for letter in box.kept] == number


def queue_one(rt: Runtime) -> datetime:
    """«Срок истёк» is written in the evening; its letter is due in the morning, where the clock stands."""
    at(rt, DUE + timedelta(seconds=1))
    tell_due(rt)
    morning = datetime(2026, 1, 13, 8, 59, tzinfo=MOSCOW)
    with rt.database.write() as conn:
        conn.execute(update(mail).values(next_at=int(morning.timestamp())))
    server = rt.settings.mail
    assert server is not None
    rt.settings = replace(rt.settings, mail=replace(server, quiet=False))
    at(rt, morning)
    return morning


def message_ids(rt: Runtime) -> list[str]:
    with rt.database.read() as conn:
        return list(conn.execute(select(mail.c.message_id)).scalars())


def test_a_letter_refused_for_good_is_given_up_and_its_person_reads_why(rt, clerk, box):
    queue_one(rt)
    box.answer = "550 no such user"
    sweep_until_idle(rt)
    assert states(rt) == [FAILED]
    with rt.database.read() as conn:
        wanted, [trouble] = wanted_by(conn, clerk.user_id), unsent(conn)
    assert "550" in wanted.problem
    assert trouble.problem == wanted.problem
    assert (wanted.waits, trouble.given_up) == (False, True)


def test_a_server_that_is_away_is_tried_less_and_less_often_and_at_last_no_more(rt, clerk, box):
    moment = queue_one(rt)
    rt.settings = replace(rt.settings, mail=replace(server_of(box, port=1), quiet=False))
    tries = 0
    while states(rt) == [WAITING]:
        tries += send_due(rt)
        with rt.database.read() as conn:
            after = conn.execute(select(mail.c.next_at)).scalar()
        if after is not None:
            wait = datetime.fromtimestamp(after, MOSCOW) - moment
            assert wait == min(timedelta(minutes=2 ** (tries - 1)), letters.LONGEST_WAIT)
            moment = datetime.fromtimestamp(after, MOSCOW)
            at(rt, moment)
    assert (tries, states(rt)) == (letters.TRIES, [FAILED])


def test_a_mail_server_that_is_away_for_two_days_loses_nothing_and_is_told(rt, clerk, box):
    queue_one(rt)
    server = server_of(box, port=1)
    assert server.quiet
    rt.settings = replace(rt.settings, mail=server)
    for hours in range(48):
        at(rt, datetime(2026, 1, 13, 9, tzinfo=MOSCOW) + timedelta(hours=hours))
        sweep_until_idle(rt)
    assert states(rt) == [WAITING]
    with rt.database.read() as conn:
        wanted, [trouble] = wanted_by(conn, clerk.user_id), unsent(conn)
    assert (wanted.waits, trouble.given_up, trouble.letters) == (True, False, 1)
    assert "не отвечает" in wanted.problem
    assert trouble.problem == wanted.problem
    rt.settings = replace(rt.settings, mail=server_of(box))
    at(rt, rt.clock.now() + letters.LONGEST_WAIT)
    sweep_until_idle(rt)
    assert states(rt) == [SENT]
    with rt.database.read() as conn:
        assert (wanted_by(conn, clerk.user_id).waits, unsent(conn)) == (False, [])


def test_after_a_crash_between_sending_and_marking_the_same_letter_comes_once_more(
    rt, clerk, box, monkeypatch
):
    morning = queue_one(rt)

    def crash(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(letters, "_end", crash)
        with pytest.raises(KeyboardInterrupt):
            send_due(rt)
    assert send_due(rt) == 0  # it is still taken
    at(rt, morning + letters.LEASE)
    assert send_due(rt) == 1
    first, second = box.kept
    assert first["Message-ID"] == second["Message-ID"]
    assert states(rt) == [SENT]


def test_two_workers_send_each_letter_once(rt, clerk, box):
    morning = queue_one(rt)
    people = [make_actor(rt, "R05").user_id for _ in range(30)]
    for person in people:
        add_notice(rt, person, morning)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: [send_due(rt, 3) for _ in range(12)], range(2)))
    numbers = [letter["Message-ID"] for letter in box.kept]
    assert sorted(numbers) == sorted(message_ids(rt))
    assert set(states(rt)) == {SENT}


def add_notice(rt: Runtime, account_id: int, morning: datetime) -> None:
    """One more notice of the same term, whose letter is due by then, to somebody who wants letters."""
    server = rt.settings.mail
    assert server is not None
    with rt.database.write() as conn:
        told = conn.execute(select(notice).order_by(notice.c.id)).first()
        assert told is not None
        copy = {**told._mapping, "account_id": account_id}
        del copy["id"]
        number = conn.execute(insert(notice).values(**copy).returning(notice.c.id)).scalar_one()
        conn.execute(insert(mail).values(letters.mail_row(server, account_id, Kind.NOTICE, number, morning)))
        wish = {"account_id": account_id, "address": f"p{account_id}@example.org", "choice": "now"}
        if conn.execute(select(mail_choice).where(mail_choice.c.account_id == account_id)).first() is None:
            conn.execute(insert(mail_choice).values(**wish))


def test_what_is_due_at_the_opening_comes_in_one_letter_and_a_long_one_in_two(rt, clerk, box):
    morning = queue_one(rt)
    for _ in range(letters.BATCH + 5):
        add_notice(rt, clerk.user_id, morning)
    sweep_until_idle(rt)
    [letter] = box.kept
    assert letter["Subject"] == f"Напоминания о сроках: {letters.BATCH + 6}"
    assert letter.get_content().count("Дело №") == letters.BATCH + 6
    assert letter["Message-ID"] == message_ids(rt)[0]
    assert set(states(rt)) == {SENT}
    for _ in range(MOST + 1):
        add_notice(rt, clerk.user_id, morning)
    sweep_until_idle(rt)
    assert [each.get_content().count("Дело №") for each in box.kept[1:]] == [MOST, 1]


def test_steps_that_end_on_one_evening_are_one_letter_in_the_morning(rt, clerk, box):
    open_case(rt, clerk, "small")
    at(rt, DUE + timedelta(seconds=1))
    sweep_until_idle(rt)
    at(rt, datetime(2026, 1, 13, 9, tzinfo=MOSCOW))
    sweep_until_idle(rt)
    [letter] = box.kept
    assert letter["Subject"] == "Напоминания о сроках: 2"
    assert sorted(states(rt)) == [SENT, SENT]


def test_one_letter_of_several_is_tried_again_as_the_same_letter(rt, clerk, box):
    morning = queue_one(rt)
    add_notice(rt, clerk.user_id, morning)
    box.answer = "451 later"
    sweep_until_idle(rt)
    assert states(rt) == [WAITING, WAITING]
    box.answer = ""
    at(rt, morning + timedelta(minutes=1))
    sweep_until_idle(rt)
    assert [letter["Message-ID"] for letter in box.kept] == message_ids(rt)[:1]
    assert states(rt) == [SENT, SENT]


def test_two_workers_and_a_clock_put_back_send_nothing_twice(rt, clerk, box):
    morning = queue_one(rt)
    for person in [clerk.user_id, *(make_actor(rt, "R05").user_id for _ in range(5))]:
        add_notice(rt, person, morning)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: [send_due(rt, 2) for _ in range(6)], range(2)))
    sent = len(box.kept)
    assert sent == len({letter["Message-ID"] for letter in box.kept})
    assert {letter["To"] for letter in box.kept} >= {"belova@example.org"}
    at(rt, morning - timedelta(days=2))
    tell_due(rt)
    at(rt, morning + timedelta(minutes=1))
    sweep_until_idle(rt)
    assert len(box.kept) == sent


def test_what_has_ended_meanwhile_is_not_written_about(rt, clerk, box):
    queue_one(rt)
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    assert (states(rt), box.kept) == ([NEEDLESS], [])


def test_a_restart_and_a_clock_put_back_queue_nothing_twice(rt, clerk):
    at(rt, DUE + timedelta(seconds=1))
    tell_due(rt)
    at(rt, DUE - timedelta(hours=3))
    tell_due(rt)
    at(rt, DUE + timedelta(seconds=2))
    tell_due(rt)
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(mail)).scalar() == 1


def test_who_wants_one_letter_a_day_gets_all_notices_in_it(rt, clerk, box):
    choose_mail(rt, clerk, "belova@example.org", "daily")
    open_case(rt, clerk, "small")
    at(rt, DUE + timedelta(seconds=1))
    sweep_until_idle(rt)
    at(rt, datetime(2026, 1, 13, 9, 29, tzinfo=MOSCOW))
    sweep_until_idle(rt)
    assert box.kept == []
    at(rt, datetime(2026, 1, 13, 9, 30, tzinfo=MOSCOW))
    sweep_until_idle(rt)
    (letter,) = box.kept
    assert letter.get_content().count("Дело №") >= 2


def test_without_a_wish_nobody_is_written_to(rt, clerk):
    choose_mail(rt, clerk, "", "none")
    at(rt, DUE + timedelta(seconds=1))
    tell_due(rt)
    assert states(rt) == []


def test_a_wish_is_kept_and_can_be_changed(rt, clerk):
    choose_mail(rt, clerk, " gavrilov@example.org ", "daily")
    with rt.database.read() as conn:
        assert wanted_by(conn, clerk.user_id) == Wanted("gavrilov@example.org", letters.Choice.DAILY)
        assert conn.execute(select(func.count()).select_from(mail_choice)).scalar() == 1


@pytest.mark.parametrize(
    ("address", "choice", "field"),
    [
        ("", "now", "address"),
        ("белова", "daily", "address"),
        ("a@b.org,c@d.org", "now", "address"),
        ("a@b.org", "weekly", "choice"),
    ],
)
def test_a_wish_that_can_not_be_is_refused_at_its_field(rt, clerk, address, choice, field):
    with pytest.raises(InvalidData) as refused:
        choose_mail(rt, clerk, address, choice)
    assert set(refused.value.errors) == {field}


def test_a_password_the_server_does_not_take_is_told_in_words(box):
    server = replace(server_of(box), user="marshrut", password="wrong")
    with pytest.raises(post.Unreachable), post.posting(server):
        pass


def test_a_manager_gets_the_week_once_however_often_it_is_looked_at(rt, clerk, box):
    head = make_actor(rt, "R07")
    choose_mail(rt, head, "head@example.org", "now")
    choose_mail(rt, clerk, "", "none")
    at(rt, datetime(2026, 1, 19, 8, 59, tzinfo=MOSCOW))
    assert queue_digests(rt) == 0
    at(rt, datetime(2026, 1, 19, 9, tzinfo=MOSCOW))
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: queue_digests(rt), range(4)))
    send_due(rt)
    assert queue_digests(rt) == 0
    (letter,) = [each for each in box.kept if each["Subject"].startswith("Сроки на неделю")]
    text = letter.get_content()
    assert "Просрочено: 1" in text
    assert "Шаг a" in text
    assert "Лапшиных" not in text


def test_who_leads_nobody_gets_no_letter_of_the_week(rt, clerk):
    at(rt, datetime(2026, 1, 19, 9, tzinfo=MOSCOW))
    assert queue_digests(rt) == 0
