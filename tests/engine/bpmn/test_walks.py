"""Random walks through random processes, compared with an independent token game after every step.

Every step is taken with programs that are read anew, from the bytes alone, as another worker would.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from engine import bpmn
from tests.engine.bpmn.elsewhere import completed_elsewhere
from tests.engine.bpmn.playing import MORNING, Play
from tests.engine.bpmn.shapes_drawn import draw
from tests.engine.bpmn.token_game import COMPOSED, World, random_shape

STEPS = 40
WALKS = int(os.environ.get("MARSHRUT_WALKS", "300"))
"""A long run is started by hand with more."""


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_case_does_what_the_token_game_does(seed):
    random = Random(seed)
    shape = random_shape(random, random.randint(3, 14))
    files = draw(shape)
    play = Play(files[0], {"n": 0}, others=files[1:])
    world = World(shape, MORNING)
    for _ in range(STEPS):
        assert play.open == sorted(part.shape.id for part in world.open)
        assert play.waiting == world.waiting
        assert play.ended == world.ended
        assert play.incidents == []
        if world.ended:
            break
        play.program = program_of(files)
        step(random, play, world)


@pytest.mark.parametrize("seed", [3, 20])
def test_another_python_goes_on_with_the_bytes_as_this_one_does(seed):
    random = Random(seed)
    files = draw(random_shape(random, 12))
    play = Play(files[0], {"n": 0}, others=files[1:])
    for n in (1, 4):
        node = random.choice(play.open)
        elsewhere = completed_elsewhere(play, files, node, n=n)
        assert elsewhere == play.do(node, n=n).state
        if not play.open:
            break


def step(random: Random, play: Play, world: World) -> None:
    """Let time pass, bring a message, or finish a task."""
    chance = random.random()
    if world.timers and (chance < 0.2 or not (world.open or world.messages)):
        hours = random.randint(1, 30)
        world.wait(hours)
        play.wait(hours=hours)
    elif world.messages and (chance < 0.4 or not world.open):
        id = random.choice(world.messages).shape.id
        world.deliver(id)
        play.deliver(id)
    elif world.alarms and (chance < 0.5 or not world.open):
        world.alarm()
        play.signal("тревога")
    else:
        node, n = random.choice(play.open), random.randint(0, 4)
        world.complete(node, n)
        play.do(node, n=n)


def program_of(files: tuple[bytes, ...]) -> bpmn.Program:
    found = {one.id: one for file in files for one in bpmn.read(file).processes}
    return bpmn.link(next(iter(found.values())), found)


def test_the_walks_meet_every_kind_of_part():
    shapes = [random_shape(random, random.randint(3, 14)) for random in map(Random, range(150))]
    assert {part.kind for shape in shapes for part in shape.walk()} == {"task", *COMPOSED}
