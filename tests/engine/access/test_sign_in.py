from __future__ import annotations

import runpy
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import func, select, update

from engine.access import passwords
from engine.access.actors import load_actor
from engine.access.passwords import check_new, new_password
from engine.access.service import NewAccount, create_account, reset_password, set_active
from engine.access.sign_in import (
    ATTEMPTS_A_MINUTE,
    FREE_FAILURES,
    WRONG,
    authenticate,
    change_password,
    lock_after,
    network,
)
from engine.access.tables import account, audit, sign_in_guard
from engine.clock import MovableClock
from engine.errors import InvalidData, NotAllowed
from engine.model import SYSTEM
from engine.names import FullName
from engine.runtime import Runtime
from tests.factories.access import PASSWORD, make_account, town


def test_the_product_makes_a_guess_of_a_password_costly() -> None:
    """Tests hash quickly, so the module is read anew. 64 MiB is what RFC 9106 advises."""
    hasher: PasswordHasher = runpy.run_path(str(passwords.__file__))["HASHER"]
    assert (hasher.type, hasher.memory_cost, hasher.time_cost) == (Type.ID, 64 * 1024, 3)


@pytest.fixture
def olga(rt: Runtime) -> int:
    return make_account(rt, "R05", login="olga", password=PASSWORD)


def later(rt: Runtime, by: timedelta) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(by)


def attempt(rt: Runtime, login: str, password: str, address: str = "") -> str:
    """What the person is told: nothing when the door opens."""
    try:
        authenticate(rt, login, password, address)
    except NotAllowed as refused:
        return refused.message
    return ""


def test_the_right_password_opens_a_session(rt_both: Runtime) -> None:
    olga = make_account(rt_both, "R05", login="Olga", password=PASSWORD)
    signed_in = authenticate(rt_both, "  OLGA ", PASSWORD)
    assert signed_in.account_id == olga
    assert load_actor(rt_both, olga, signed_in.stamp).user_id == olga


def test_a_password_given_by_somebody_else_must_be_changed(rt: Runtime, olga: int) -> None:
    first = authenticate(rt, "olga", PASSWORD)
    assert first.must_change
    changed = change_password(rt, load_actor(rt, olga), PASSWORD, "берёза за окном")
    assert not authenticate(rt, "olga", "берёза за окном").must_change
    with pytest.raises(NotAllowed):
        load_actor(rt, olga, first.stamp)
    assert load_actor(rt, olga, changed.stamp).user_id == olga


def test_wrong_password_unknown_login_closed_account_and_no_password_get_the_same_answer(
    rt: Runtime, olga: int
) -> None:
    make_account(rt, login="nopassword")
    closed = make_account(rt, login="closed", password=PASSWORD)
    set_active(rt, SYSTEM, closed, active=False)
    for login, password in (
        ("olga", "wrong"),
        ("stranger", PASSWORD),
        ("closed", PASSWORD),
        ("nopassword", "!"),
    ):
        assert attempt(rt, login, password) == WRONG


def test_an_unknown_login_costs_a_guesser_as_many_hashes_as_a_known_one(
    rt: Runtime, olga: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords._nobodys()
    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, stored: str, given: str) -> bool:
        checked.append(given)
        return verify(self, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for login in ("olga", "stranger"):
        assert attempt(rt, login, "wrong") == WRONG
    assert checked == ["wrong", "wrong"]


def test_locks_grow_from_a_minute_to_an_hour() -> None:
    minutes = [int(lock_after(failures).total_seconds() // 60) for failures in range(14)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("login", ["olga", "stranger"])
def test_after_five_failures_even_the_right_password_waits(rt_both: Runtime, login: str) -> None:
    make_account(rt_both, login="olga", password=PASSWORD)
    for _ in range(FREE_FAILURES):
        assert attempt(rt_both, login, "wrong") == WRONG
    assert "через 1 мин" in attempt(rt_both, login, PASSWORD)
    later(rt_both, timedelta(minutes=1))
    if login == "olga":
        assert attempt(rt_both, login, PASSWORD) == ""
    else:
        assert attempt(rt_both, login, PASSWORD) == WRONG
        assert "через 2 мин" in attempt(rt_both, login, PASSWORD)


def test_a_closed_login_is_refused_before_anything_is_hashed(
    rt: Runtime, olga: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE_FAILURES):
        attempt(rt, "olga", "wrong")
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: pytest.fail("hashed"))
    assert "Слишком много неудачных попыток" in attempt(rt, "olga", PASSWORD)


def test_success_forgives_earlier_failures(rt: Runtime, olga: int) -> None:
    for _ in range(FREE_FAILURES - 1):
        attempt(rt, "olga", "wrong")
    authenticate(rt, "olga", PASSWORD)
    assert attempt(rt, "olga", "wrong") == WRONG
    assert attempt(rt, "olga", PASSWORD) == ""


def test_a_reset_password_opens_a_closed_login_and_ends_old_sessions(rt: Runtime, olga: int) -> None:
    session = authenticate(rt, "olga", PASSWORD)
    for _ in range(FREE_FAILURES):
        attempt(rt, "olga", "wrong")
    reset_password(rt, SYSTEM, olga, "новые четыре слова")
    assert authenticate(rt, "olga", "новые четыре слова").must_change
    with pytest.raises(NotAllowed):
        load_actor(rt, olga, session.stamp)


def test_failures_are_forgotten_after_a_day_so_guesses_do_not_fill_the_table(rt: Runtime, olga: int) -> None:
    attempt(rt, "stranger", "wrong")
    later(rt, timedelta(days=1, seconds=1))
    attempt(rt, "olga", "wrong")
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(sign_in_guard)).scalar_one() == 1


def test_one_address_may_not_try_without_end(rt: Runtime, olga: int) -> None:
    for number in range(ATTEMPTS_A_MINUTE):
        attempt(rt, f"guess{number}", "wrong", "203.0.113.9")
    assert "с этого адреса" in attempt(rt, "olga", PASSWORD, "203.0.113.9")
    assert attempt(rt, "olga", PASSWORD, "203.0.113.10") == ""
    later(rt, timedelta(minutes=1))
    assert attempt(rt, "olga", PASSWORD, "203.0.113.9") == ""


def test_a_crowd_at_the_door_is_told_to_come_back(
    rt: Runtime, olga: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0)
    with passwords._place(), passwords._place():
        assert "одновременно" in attempt(rt, "olga", PASSWORD)
    assert attempt(rt, "olga", PASSWORD) == ""


def test_a_hash_of_weaker_parameters_is_replaced_at_sign_in(rt: Runtime, olga: int) -> None:
    older = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with rt.database.write() as conn:
        conn.execute(update(account).where(account.c.id == olga).values(password=older))
    authenticate(rt, "olga", PASSWORD)
    with rt.database.read() as conn:
        stored = conn.execute(select(account.c.password).where(account.c.id == olga)).scalar_one()
    assert stored != older
    assert not passwords.outdated(stored)
    assert attempt(rt, "olga", PASSWORD) == ""


def test_the_journal_knows_sign_ins_by_network_and_no_login_that_was_typed(rt: Runtime, olga: int) -> None:
    authenticate(rt, "olga", PASSWORD, "203.0.113.9")
    attempt(rt, "мойпароль123", "wrong", "203.0.113.9")
    with rt.database.read() as conn:
        rows = conn.execute(select(audit).where(audit.c.action.like("sign_in%"))).all()
    assert [(row.action, row.object_id) for row in rows] == [("sign_in", olga), ("sign_in_refused", None)]
    text = " ".join(str(row) for row in rows)
    assert "203.0.113.0/24" in text
    assert "203.0.113.9" not in text
    assert "мойпароль" not in text


def test_networks_of_addresses() -> None:
    assert network("192.168.7.13") == "192.168.7.0/24"
    assert network("2001:db8:1:2::5") == "2001:db8:1::/48"
    assert network("unknown") == ""


# --- changing ---


def test_the_old_password_is_asked_and_a_weak_new_one_is_refused(rt: Runtime, olga: int) -> None:
    actor = load_actor(rt, olga)
    for old, new, field in ((PASSWORD + "!", "берёза за окном", "old"), (PASSWORD, "short", "password")):
        with pytest.raises(InvalidData) as caught:
            change_password(rt, actor, old, new)
        assert list(caught.value.errors) == [field]
    assert attempt(rt, "olga", PASSWORD) == ""


@pytest.mark.parametrize("weak", ["короткий", "aaaaaaaaaaaa", "12121212121212", "моя olga и ещё"])
def test_passwords_that_are_easy_to_guess(weak: str) -> None:
    with pytest.raises(InvalidData):
        check_new(weak, "olga")


def test_a_proposed_password_is_good_enough_and_never_the_same() -> None:
    proposed = {new_password() for _ in range(20)}
    assert len(proposed) == 20
    for password in proposed:
        check_new(password, "olga")


# --- the demonstration ---


def test_demo_accounts_whose_password_everybody_may_read_open_in_a_demonstration_only(rt: Runtime) -> None:
    new = NewAccount("vera", FullName("Показова", "Вера"), town(rt).families, password=PASSWORD, demo=True)
    create_account(rt, SYSTEM, new)
    assert attempt(rt, "vera", PASSWORD) == WRONG
    rt.settings = replace(rt.settings, demo=True)
    assert not authenticate(rt, "vera", PASSWORD).must_change
