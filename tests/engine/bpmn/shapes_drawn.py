"""The shapes of the token game as diagrams."""

from __future__ import annotations

import itertools

from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    condition,
    diagram,
    end,
    error,
    escalation,
    extensions,
    first_of,
    flow,
    inclusive,
    message,
    node,
    parallel,
    path,
    signal,
    start,
    sub,
    throw,
    times,
    user,
    xor,
)
from tests.engine.bpmn.token_game import AGAIN, ENOUGH, Shape

Drawn = tuple[list[str], str, str]
"""Elements and flows, the id of the first element, the id of the last one."""


def draw(shape: Shape) -> tuple[bytes, ...]:
    """The process of the outermost level, and those it calls. Conditions look at the variable `n`."""
    called = [part for part in shape.walk() if part.kind == "called"]
    return tuple(diagram(*_level(one), id=_process(one), roots=_messages(one)) for one in (shape, *called))


def _process(shape: Shape) -> str:
    return f"{shape.id}_process" if shape.kind == "called" else shape.id


def _messages(shape: Shape) -> str:
    """A message of its own for every part, whether it waits for one or not."""
    return "".join(f'<message id="m_{part.id}" name="{part.id}"/>' for part in shape.walk())


def _level(shape: Shape) -> list[str]:
    parts, first, last = _draw(shape.parts[0])
    begin, finish = f"{shape.id}_s", f"{shape.id}_e"
    return [start(begin), *parts, end(finish), path(f"{begin} {first}", f"{last} {finish}")]


def _draw(shape: Shape) -> Drawn:  # noqa: C901 - one branch a kind of part
    """The part as it is drawn."""
    if shape.kind == "task":
        return [user(shape.id)], shape.id, shape.id
    if shape.kind == "level":
        return [sub(shape.id, *_level(shape))], shape.id, shape.id
    if shape.kind == "called":
        both = '<camunda:in source="n" target="n"/>', '<camunda:out source="n" target="n"/>'
        return [call(shape.id, _process(shape), extensions(*both))], shape.id, shape.id
    if shape.kind == "undone":
        return _draw_undone(shape)
    if shape.kind == "deal":
        return _draw_deal(shape)
    if shape.kind == "free":
        condition = f"<completionCondition>n &gt; {ENOUGH}</completionCondition>"
        steps = [user(part.id) for part in shape.parts]
        return [node("adHocSubProcess", shape.id, *steps, condition)], shape.id, shape.id
    if shape.kind in ("all", "each"):
        loop = times(str(shape.times), sequential=shape.kind == "each")
        return [sub(shape.id, loop, *_level(shape))], shape.id, shape.id
    drawn = [_draw(part) for part in shape.parts]
    found = [one for parts, _, _ in drawn for one in parts]
    if shape.kind == "sequence":
        for (_, _, last), (_, first, _) in itertools.pairwise(drawn):
            found.append(path(f"{last} {first}"))
        return found, drawn[0][1], drawn[-1][2]
    split, join = f"{shape.id}_split", f"{shape.id}_join"
    if shape.kind in _WITH_EVENTS:
        return _WITH_EVENTS[shape.kind](shape, drawn, found, join)
    if shape.kind == "loop":
        _, first, last = drawn[0]
        found += [xor(join), xor(split, default=f"{split}_out"), xor(f"{split}_after")]
        found += [path(f"{join} {first}", f"{last} {split}"), flow(split, join, f"n > {AGAIN}")]
        found.append(flow(split, f"{split}_after", id=f"{split}_out"))
        return found, join, f"{split}_after"
    if shape.kind == "some":
        enough = f"<activationCondition>activationCount &gt;= {shape.times}</activationCondition>"
        found += [parallel(split), node("complexGateway", join, enough)]
        found += [path(f"{split} {first}", f"{last} {join}") for _, first, last in drawn]
        return found, split, join
    gateway = {"exclusive": xor, "inclusive": inclusive}.get(shape.kind)
    if gateway is None:
        found += [parallel(split), parallel(join)]
    else:
        found += [gateway(split, default=f"{split}_last"), gateway(join)]
    for number, (_, first, last) in enumerate(drawn):
        found.append(path(f"{last} {join}"))
        if gateway is None:
            found.append(path(f"{split} {first}"))
        elif number == len(drawn) - 1:
            found.append(flow(split, first, id=f"{split}_last"))
        else:
            found.append(
                flow(split, first, f"n = {number}" if shape.kind == "exclusive" else f"n > {number + 1}")
            )
    return found, split, join


def _draw_guarded(shape: Shape, drawn: list[Drawn], found: list[str], join: str) -> Drawn:
    (_, body, _), (_, handler_first, handler_last) = drawn
    event, trigger = _event(shape)
    found.append(boundary(event, body, trigger, interrupting=shape.interrupting))
    found.append(path(f"{event} {handler_first}"))
    if shape.interrupting:
        found += [xor(join), path(f"{body} {join}", f"{handler_last} {join}")]
        return found, body, join
    found += [end(f"{event}_end"), path(f"{handler_last} {event}_end")]
    return found, body, body


def _draw_watched(shape: Shape, drawn: list[Drawn], _found: list[str], _join: str) -> Drawn:
    (body, first, last), (inside, handler_first, handler_last) = drawn
    event, trigger = _event(shape)
    watch = sub(
        f"{shape.id}_watch",
        start(event, trigger, isInterrupting=shape.interrupting),
        *inside,
        end(f"{shape.id}_we"),
        path(f"{event} {handler_first}", f"{handler_last} {shape.id}_we"),
        triggeredByEvent=True,
    )
    begin, finish = f"{shape.id}_s", f"{shape.id}_e"
    level = [start(begin), *body, end(finish), path(f"{begin} {first}", f"{last} {finish}")]
    return [sub(shape.id, *level, watch)], shape.id, shape.id


def _draw_risky(shape: Shape, drawn: list[Drawn], _found: list[str], join: str) -> Drawn:
    (body, first, last), (handler, handler_first, handler_last) = drawn
    begin, ask, failed, done = (f"{shape.id}_{what}" for what in ("s", "ask", "failed", "e"))
    level = [start(begin), *body, xor(ask, default=f"{ask}_done"), end(failed, error()), end(done)]
    ways = [path(f"{begin} {first}", f"{last} {ask}"), flow(ask, failed, f"n > {ENOUGH}")]
    inside = sub(shape.id, *level, *ways, flow(ask, done, id=f"{ask}_done"))
    edge = boundary(f"{shape.id}_edge", shape.id, error())
    after_all = path(f"{shape.id} {join}", f"{shape.id}_edge {handler_first}", f"{handler_last} {join}")
    return [inside, edge, *handler, xor(join), after_all], shape.id, join


def _draw_raised(shape: Shape, drawn: list[Drawn], _found: list[str], join: str) -> Drawn:
    (body, first, last), (handler, handler_first, handler_last) = drawn
    begin, ask, tell, done = (f"{shape.id}_{what}" for what in ("s", "ask", "tell", "e"))
    level = [start(begin), *body, xor(ask, default=f"{ask}_done"), throw(tell, escalation()), end(done)]
    ways = [path(f"{begin} {first}", f"{last} {ask}", f"{tell} {done}"), flow(ask, tell, f"n > {ENOUGH}")]
    inside = sub(shape.id, *level, *ways, flow(ask, done, id=f"{ask}_done"))
    edge = boundary(f"{shape.id}_edge", shape.id, escalation(), interrupting=shape.interrupting)
    found = [
        inside,
        edge,
        *handler,
        xor(join),
        path(f"{shape.id} {join}", f"{shape.id}_edge {handler_first}"),
    ]
    after_all = join if shape.interrupting else f"{shape.id}_edge_end"
    found += [path(f"{handler_last} {after_all}"), *([] if shape.interrupting else [end(after_all)])]
    return found, shape.id, join


def _draw_race(shape: Shape, drawn: list[Drawn], found: list[str], join: str) -> Drawn:
    (_, on_time, time_last), (_, on_message, message_last) = drawn
    gate, timer, told = (f"{shape.id}_{what}" for what in ("gate", "timer", "told"))
    found += [first_of(gate), catch(timer, after(f"PT{shape.hours}H")), catch(told, message(f"m_{shape.id}"))]
    found += [xor(join), path(f"{gate} {timer} {on_time}", f"{gate} {told} {on_message}")]
    found.append(path(f"{time_last} {join}", f"{message_last} {join}"))
    return found, gate, join


_WITH_EVENTS = {
    "guarded": _draw_guarded,
    "alarmed": _draw_guarded,
    "when": _draw_guarded,
    "raised": _draw_raised,
    "watched": _draw_watched,
    "risky": _draw_risky,
    "race": _draw_race,
}


def _event(shape: Shape) -> tuple[str, str]:
    """Id and trigger of the event of a guarded or watched part."""
    if shape.kind == "alarmed":
        return f"{shape.id}_alarm", signal()
    if shape.kind == "when":
        return f"{shape.id}_when", condition(f"n > {ENOUGH}")
    if shape.hours:
        return f"{shape.id}_timer", after(f"PT{shape.hours}H")
    return f"{shape.id}_told", message(f"m_{shape.id}")


def _draw_undone(shape: Shape) -> Drawn:
    done, back = (part.id for part in shape.parts)
    edge, undo = f"{shape.id}_edge", f"{shape.id}_undo"
    found = [
        user(done),
        boundary(edge, done, "<compensateEventDefinition/>"),
        user(back, isForCompensation=True),
        f'<association id="{shape.id}_as" sourceRef="{edge}" targetRef="{back}"/>',
        throw(undo, f'<compensateEventDefinition activityRef="{done}"/>'),
        path(f"{done} {undo}"),
    ]
    return found, done, undo


def _draw_deal(shape: Shape) -> Drawn:
    done, back, after_all = (part.id for part in shape.parts)
    begin, ask, off, finish, undo, edge, join = (
        f"{shape.id}_{what}" for what in ("s", "ask", "off", "e", "undo", "edge", "join")
    )
    inside = [
        start(begin),
        user(done),
        boundary(undo, done, "<compensateEventDefinition/>"),
        user(back, isForCompensation=True),
        f'<association id="{shape.id}_as" sourceRef="{undo}" targetRef="{back}"/>',
        xor(ask, default=f"{ask}_done"),
        end(off, "<cancelEventDefinition/>"),
        end(finish),
        path(f"{begin} {done} {ask}"),
        flow(ask, off, f"n > {ENOUGH}"),
        flow(ask, finish, id=f"{ask}_done"),
    ]
    found = [node("transaction", shape.id, *inside), boundary(edge, shape.id, "<cancelEventDefinition/>")]
    found += [user(after_all), xor(join), path(f"{shape.id} {join}", f"{edge} {after_all} {join}")]
    return found, shape.id, join
