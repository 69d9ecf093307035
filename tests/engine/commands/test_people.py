"""`marshrut user`."""

from __future__ import annotations

import pytest

from engine.access.sign_in import authenticate
from engine.bootstrap import open_runtime
from engine.settings import load
from tests.engine.commands.calling import Answer, call

PASSWORD = "ромашка в чистом поле"


pytestmark = pytest.mark.usefixtures("ready_home")


def add() -> Answer:
    """A specialist joins."""
    name = "Белова Наталья Александровна"
    return call("user", "add", "belova", "--name", name, "--role", "r05", "--password", PASSWORD)


def test_a_colleague_is_added_and_can_sign_in():
    assert add().out == "Сотрудник добавлен, № 1.\n"
    assert call("user", "list", "--json").json == [
        {
            "id": 1,
            "login": "belova",
            "name": "Белова Наталья Александровна",
            "unit": 1,
            "roles": ["R05"],
            "active": True,
        }
    ]
    assert authenticate(open_runtime(load()), "belova", PASSWORD).must_change


def test_the_password_is_asked_for_and_never_shown():
    answer = call(
        "user",
        "add",
        "belova",
        "--name",
        "Белова Наталья",
        "--role",
        "R05",
        typed=f"{PASSWORD}\n{PASSWORD}\n",
    )
    assert answer.code == 0
    assert PASSWORD not in answer.out + answer.err


def test_a_new_password_replaces_the_old_one():
    add()
    assert call("user", "password", "BELOVA", "--password", "другие слова подряд").code == 0
    assert authenticate(open_runtime(load()), "belova", "другие слова подряд").must_change


def test_an_account_is_closed_and_opened_again():
    add()
    assert call("user", "close", "belova").code == 0
    assert "вход закрыт" in call("user", "list").out
    assert call("user", "open", "belova").code == 0
    assert "вход закрыт" not in call("user", "list").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["add", "belova", "--name", "Белова", "--role", "R05", "--password", PASSWORD],
            "Напишите фамилию и имя",
        ),
        (["add", "belova", "--name", "Белова Н", "--role", "R99", "--password", PASSWORD], "Роли «R99» нет"),
        (["add", "belova", "--name", "Белова Н", "--role", "R05", "--password", "123"], "Пароль короче"),
        (["add", "a b", "--name", "Белова Н", "--role", "R05", "--password", PASSWORD], "Имя для входа"),
        (
            ["add", "x", "--name", "Белова Н", "--role", "R05", "--unit", "9", "--password", PASSWORD],
            "№ 9 нет",
        ),
        (["password", "nobody", "--password", PASSWORD], "Сотрудника «nobody» нет"),
        (["close", "nobody"], "Сотрудника «nobody» нет"),
        (["fire", "belova"], "Команды «fire» нет"),
    ],
)
def test_what_can_not_be_done_is_told_and_ends_with_2(arguments, words):
    answer = call("user", *arguments)
    assert answer.code == 2
    assert words in answer.err


def test_a_login_is_given_once():
    add()
    answer = add()
    assert answer.code == 2
    assert "уже занято" in answer.err
