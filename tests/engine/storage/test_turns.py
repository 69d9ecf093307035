from __future__ import annotations

import threading

import pytest

from engine.errors import StorageUnavailable
from engine.storage.turns import Turns


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order, waiting = Turns(), list[int](), list[threading.Thread]()

    def take(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            thread = threading.Thread(target=take, args=(number,))
            thread.start()
            while len(turns._queue) <= number:
                pass
            waiting.append(thread)
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_is_told_and_keeps_no_place_in_the_queue() -> None:
    turns, told = Turns(patience=0.01), list[StorageUnavailable]()

    def take() -> None:
        try:
            with turns:
                pass
        except StorageUnavailable as error:
            told.append(error)

    with turns:
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    assert "Ничего не сохранено" in told[0].hint
    with turns:
        pass


def test_an_error_inside_gives_the_turn_on() -> None:
    turns = Turns(patience=1)
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        pass
