"""Random walks through random processes, compared with an independent token game after every step."""

from __future__ import annotations

from random import Random

import pytest

from tests.engine.bpmn.playing import MORNING, Play
from tests.engine.bpmn.token_game import World, draw, random_shape

STEPS = 40


@pytest.mark.parametrize("seed", range(150))
def test_a_case_does_what_the_token_game_does(seed):
    random = Random(seed)
    shape = random_shape(random, random.randint(3, 14))
    play = Play(draw(shape), {"n": 0})
    world = World(shape, MORNING)
    for _ in range(STEPS):
        assert play.open == sorted(part.shape.id for part in world.open)
        assert len(play.waiting) == len(world.timers)
        assert play.ended == world.ended
        assert play.incidents == []
        if world.ended:
            break
        if world.timers and random.random() < 0.25:
            hours = random.randint(1, 30)
            world.wait(hours)
            play.wait(hours=hours)
        else:
            node, n = random.choice(play.open), random.randint(0, 4)
            world.complete(node, n)
            play.do(node, n=n)
