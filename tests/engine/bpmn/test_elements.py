"""Each element of the notation in a small diagram of its own: what runs, and how it looks when it does.

The marks are the source of the page `docs/conformance`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import bpmn
from tests.engine.bpmn.drawing import (
    after,
    at,
    boundary,
    call,
    catch,
    condition,
    diagram,
    document,
    end,
    error,
    escalation,
    every,
    extensions,
    first_of,
    flow,
    for_each,
    handler,
    inclusive,
    message,
    node,
    parallel,
    path,
    process,
    repeat,
    script,
    service,
    signal,
    start,
    sub,
    terminate,
    throw,
    until,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play

UNDO = "<compensateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
LINK = '<linkEventDefinition name="дальше"/>'

COME: dict[str, tuple[str, Callable[[Play], Play]]] = {
    "message": (message(), lambda play: play.deliver("письмо")),
    "signal": (signal(), lambda play: play.signal("тревога")),
    "timer": (after("PT1H"), lambda play: play.wait(hours=1)),
    "conditional": (condition("n = 1"), lambda play: play.set(n=1)),
}
"""What an event waits for, and how it comes."""


def element(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.element(*names, runs=True)


def each(prefix: str, kinds: tuple[str, ...], suffix: str = "") -> list[object]:
    """A case for each kind of event."""
    return [pytest.param(kind, marks=element(f"{prefix} / {kind}{suffix}")) for kind in kinds]


def straight(part: str, *more: str, id: str = "x") -> bytes:
    """The element between a start and a task `z`."""
    return diagram(start(), part, user("z"), *more, path(f"s {id} z"))


# --- tasks


@element("task", "manualTask")
@pytest.mark.parametrize("tag", ["task", "manualTask"])
def test_a_task_without_a_performer_is_passed(tag):
    assert Play(straight(node(tag, "x"))).open == ["z"]


@element("userTask", "sequenceFlow", "startEvent", "endEvent")
def test_a_step_waits_for_a_person():
    play = Play(diagram(start(), user("x"), end(), path("s x e")))
    assert play.open == ["x"]
    assert play.do("x").ended
    assert play.end_event == "e"


@element("serviceTask")
def test_an_operation_of_the_catalogue_is_called():
    play = Play(straight(service("x", topic="почта")))
    assert play.service("x").topic == "почта"
    assert play.serve("x").open == ["z"]


@element("scriptTask")
def test_a_script_is_feel():
    assert Play(straight(script("x", "{n: 1 + 1}"))).variables == {"n": 2}


@element("businessRuleTask")
def test_a_decision_is_asked():
    xml = straight(node("businessRuleTask", "x", camunda__decisionRef="D", camunda__resultVariable="r"))
    play = Play(xml, {"n": 2}, decide=lambda key, inputs: bpmn.Decision(inputs["n"] * 2))
    assert play.variables["r"] == 4


@element("sendTask")
def test_a_message_is_sent():
    play = Play(straight(node("sendTask", "x", messageRef="m_letter")))
    assert [sent.name for sent in play.sent] == ["письмо"]
    assert play.open == ["z"]


@element("receiveTask")
def test_a_message_is_received():
    play = Play(straight(node("receiveTask", "x", messageRef="m_letter")))
    assert play.open == []
    assert play.deliver("письмо").open == ["z"]


# --- sub-processes and calls


@element("subProcess", "transaction")
@pytest.mark.parametrize("tag", ["subProcess", "transaction"])
def test_a_sub_process_is_done_when_all_in_it_is_done(tag):
    play = Play(straight(node(tag, "x", user("a"), user("b"))))
    assert play.open == ["a", "b"]
    assert play.do("a").open == ["b"]
    assert play.do("b").open == ["z"]


@element("adHocSubProcess", "adHocSubProcess / Sequential")
@pytest.mark.parametrize(("ordering", "opened"), [("Parallel", ["a", "b", "c"]), ("Sequential", ["c"])])
def test_people_choose_in_an_ad_hoc_sub_process(ordering, opened):
    inside = (user("a"), user("b"), user("c"), path("a c"), "<completionCondition>все</completionCondition>")
    play = Play(straight(node("adHocSubProcess", "x", *inside, ordering=ordering)))
    assert play.open == ["a", "b"]
    assert play.do("a").open == opened
    assert play.do("c", все=True).open == ["z"]


@element("callActivity")
def test_a_called_process_takes_and_gives_what_is_mapped():
    called = diagram(start("qs"), user("qa"), path("qs qa"), id="q")
    mapped = extensions(
        '<camunda:in source="n" target="m"/>', '<camunda:out sourceExpression="m * 2" target="n"/>'
    )
    play = Play(straight(call("x", "q", mapped)), {"n": 1, "тайна": 1}, others=(called,))
    assert play.sees("qa") == {"m": 1}
    assert play.do("qa", m=5).variables == {"n": 10, "тайна": 1}


@element("callActivity / version")
def test_a_call_may_be_bound_to_one_version():
    """The steps of both versions have the same ids, and are told apart wherever the case stands."""
    older = diagram(start("qs"), user("qa"), path("qs qa"), id="q")
    newer = diagram(start("qs"), user("qa"), user("qb"), path("qs qa qb"), id="q")
    caller = diagram(start(), call("x", "q", version=3), call("y", "q"), user("z"), path("s x y z"))
    play = Play(caller, others=(newer,), versions={3: older})
    assert [task.process for task in play.tasks.values()] == ["q@3"]
    play.do("qa")
    assert [task.process for task in play.tasks.values()] == ["q"]
    assert play.do("qa").open == ["qb"]
    assert play.do("qb").open == ["z"]


@element("callActivity / latest version")
@pytest.mark.parametrize("binding", ["latest", "deployment"])
def test_a_call_of_the_latest_version_goes_to_the_process_that_came_with_the_case(binding):
    called = diagram(start("qs"), user("qa"), path("qs qa"), id="q")
    caller = straight(node("callActivity", "x", calledElement="q", camunda__calledElementBinding=binding))
    play = Play(
        caller, others=(called,), versions={3: diagram(start("qs"), user("qb"), path("qs qb"), id="q")}
    )
    assert [(task.process, task.node) for task in play.tasks.values()] == [("q", "qa")]
    assert play.do("qa").open == ["z"]


# --- what is done to an activity


@element("standardLoopCharacteristics", "standardLoopCharacteristics / testBefore")
@pytest.mark.parametrize(("before", "opened"), [(False, ["x"]), (True, ["z"])])
def test_a_loop_asks_after_or_before_each_round(before, opened):
    play = Play(straight(user("x", repeat("n < 2", before=before))), {"n": 5})
    assert play.open == opened


@element(
    "multiInstanceLoopCharacteristics",
    "multiInstanceLoopCharacteristics / isSequential",
    "multiInstanceLoopCharacteristics / completionCondition",
)
@pytest.mark.parametrize(("sequential", "opened"), [(False, ["x", "x", "x"]), (True, ["x"])])
def test_instances_are_at_once_or_one_after_another_until_it_is_enough(sequential, opened):
    loop = for_each("список", "один", until("nrOfCompletedInstances = 2"), sequential=sequential)
    play = Play(straight(user("x", loop)), {"список": [1, 2, 3]})
    assert play.open == opened
    assert play.do("x").do("x").open == ["z"]


@element(
    "isForCompensation", "boundaryEvent / compensate", "association", "intermediateThrowEvent / compensate"
)
def test_what_was_done_is_undone():
    assert Play(undoing(throw("t", UNDO), "t z")).do("a").open == ["back"]


def undoing(last: str, way: str) -> bytes:
    return diagram(
        start(),
        user("a"),
        boundary("b", "a", UNDO),
        user("back", isForCompensation=True),
        '<association id="as" sourceRef="b" targetRef="back"/>',
        last,
        user("z"),
        path("s a", f"a {way}"),
    )


# --- gateways


@element("exclusiveGateway", "conditionExpression", "default")
@pytest.mark.parametrize(("n", "opened"), [(1, ["a"]), (2, ["b"]), (0, ["c"])])
def test_an_exclusive_gateway_takes_one_way(n, opened):
    assert Play(choice(xor("g", default="d")), {"n": n}).open == opened


@element("inclusiveGateway")
def test_an_inclusive_gateway_takes_every_way_that_holds_and_joins_them():
    play = Play(choice(inclusive("g", default="d")), {"n": 1})
    assert play.open == ["a", "b"]
    assert play.do("a").open == ["b"]
    assert play.do("b").open == ["z"]


def choice(gateway: str) -> bytes:
    return diagram(
        start(),
        gateway,
        user("a"),
        user("b"),
        user("c"),
        inclusive("j"),
        user("z"),
        path("s g", "a j z", "b j", "c j"),
        flow("g", "a", "n = 1"),
        flow("g", "b", "n > 0"),
        flow("g", "c", id="d"),
    )


@element("parallelGateway")
def test_a_parallel_gateway_takes_all_ways_and_waits_for_all():
    xml = diagram(
        start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"), path("s g a j z", "g b j")
    )
    play = Play(xml)
    assert play.open == ["a", "b"]
    assert play.do("a").open == ["b"]
    assert play.do("b").open == ["z"]


@element("complexGateway")
def test_a_complex_gateway_waits_for_enough():
    join = node("complexGateway", "j", "<activationCondition>activationCount = 2</activationCondition>")
    ways = path("s g a j z", "g b j", "g c j")
    play = Play(diagram(start(), parallel("g"), user("a"), user("b"), user("c"), join, user("z"), ways))
    assert play.do("a").open == ["b", "c"]
    assert play.do("c").open == ["b", "z"]
    assert play.do("b").open == ["z"]


@element("eventBasedGateway")
@pytest.mark.parametrize("kind", COME)
def test_the_first_event_behind_an_event_based_gateway_wins(kind):
    trigger, come = COME[kind]
    events = catch("c1", trigger) + catch("c2", after("P9D")) + user("a") + user("b")
    play = Play(diagram(start(), first_of("g"), events, path("s g c1 a", "g c2 b")), {"n": 0})
    assert come(play).open == ["a"]
    assert play.waiting == []


# --- flows


@element("sequenceFlow / several from an activity", "sequenceFlow / several into an activity")
def test_several_flows_fork_and_do_not_join():
    play = Play(diagram(start(), user("a"), user("b"), user("c"), user("z"), path("s a b z", "a c z")))
    assert play.do("a").open == ["b", "c"]
    assert play.do("b").do("c").open == ["z", "z"]


@element("conditionExpression / behind an activity")
@pytest.mark.parametrize(("n", "opened"), [(2, ["b", "c"]), (1, ["b"]), (0, ["d"])])
def test_conditions_behind_an_activity_choose_among_its_ways(n, opened):
    xml = diagram(
        start(),
        user("a", default="f_d"),
        user("b"),
        user("c"),
        user("d"),
        path("s a"),
        flow("a", "b", "n > 0"),
        flow("a", "c", "n > 1"),
        flow("a", "d", id="f_d"),
    )
    assert Play(xml).do("a", n=n).open == opened


# --- where a case begins


@pytest.mark.parametrize("kind", each("startEvent", ("message", "signal", "timer")))
def test_a_case_may_begin_with_an_event(kind):
    trigger = every("0 9 * * MON-FRI") if kind == "timer" else COME[kind][0]
    xml = diagram(start("s", trigger), user("a"), path("s a"))
    ((begin,),) = (process.starts for process in bpmn.read(xml).processes)
    assert begin.kind == kind
    assert Play(xml, start_event="s").open == ["a"]


# --- event sub-processes


@pytest.mark.parametrize("kind", each("event subProcess", tuple(COME)))
def test_an_event_sub_process_takes_the_place_of_the_rest(kind):
    trigger, come = COME[kind]
    play = Play(diagram(start(), user("a"), path("s a"), handler("h", trigger, user("b"), path("h_s b"))))
    assert come(play).open == ["b"]


@pytest.mark.parametrize("kind", each("event subProcess", tuple(COME), ", non-interrupting"))
def test_an_event_sub_process_may_run_beside_the_rest(kind):
    trigger, come = COME[kind]
    beside = handler("h", trigger, user("b"), path("h_s b"), interrupting=False)
    assert come(Play(diagram(start(), user("a"), path("s a"), beside))).open == ["a", "b"]


THROWN = {"error": error(), "escalation": escalation()}


@pytest.mark.parametrize("kind", each("event subProcess", tuple(THROWN)))
def test_an_event_sub_process_catches_what_is_thrown_beside_it(kind):
    assert Play(throwing(kind, interrupting=True)).do("a").open == ["b"]


@element("event subProcess / escalation, non-interrupting")
def test_an_escalation_may_be_looked_after_beside_the_rest():
    assert Play(throwing("escalation", interrupting=False)).do("a").open == ["b", "k"]


def throwing(kind: str, *, interrupting: bool) -> bytes:
    catcher = handler("h", THROWN[kind], user("b"), path("h_s b"), interrupting=interrupting)
    return diagram(start(), user("a"), user("k"), end("e", THROWN[kind]), catcher, path("s a e", "s k"))


# --- events on the way


@pytest.mark.parametrize("kind", each("intermediateCatchEvent", tuple(COME)))
def test_an_event_on_the_way_waits(kind):
    trigger, come = COME[kind]
    play = Play(straight(catch("x", trigger)), {"n": 0})
    assert play.open == []
    assert come(play).open == ["z"]


@element("intermediateThrowEvent / link", "intermediateCatchEvent / link")
def test_a_link_goes_on_elsewhere():
    assert Play(diagram(start(), throw("t", LINK), catch("c", LINK), user("z"), path("s t", "c z"))).open == [
        "z"
    ]


@element("intermediateThrowEvent")
def test_an_event_without_a_kind_is_passed():
    assert Play(straight(throw("x"))).passed == ["s", "x"]


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        pytest.param(
            "письмо", lambda: throw("x", message()), marks=element("intermediateThrowEvent / message")
        ),
        pytest.param(
            "тревога", lambda: throw("x", signal()), marks=element("intermediateThrowEvent / signal")
        ),
        pytest.param("письмо", lambda: end("x", message()), marks=element("endEvent / message")),
        pytest.param("тревога", lambda: end("x", signal()), marks=element("endEvent / signal")),
    ],
)
def test_an_event_sends_a_message_or_a_signal_and_goes_on(name, draw):
    play = Play(diagram(start(), draw(), path("s x")))
    assert [sent.name for sent in play.sent] == [name]
    assert play.ended


@pytest.mark.parametrize(
    ("trigger", "interrupting", "opened"),
    [
        pytest.param(error(), True, ["b"], marks=element("boundaryEvent / error", "endEvent / error")),
        pytest.param(escalation(), True, ["b"], marks=element("boundaryEvent / escalation")),
        pytest.param(
            escalation(),
            False,
            ["b", "k"],
            marks=element("boundaryEvent / escalation, non-interrupting", "endEvent / escalation"),
        ),
    ],
)
def test_what_is_thrown_inside_is_caught_at_the_edge(trigger, interrupting, opened):
    inside = sub("x", start("s1"), user("a"), user("k"), end("e1", trigger), path("s1 a e1", "s1 k"))
    xml = diagram(
        start(), inside, boundary("c", "x", trigger, interrupting=interrupting), user("b"), path("s x", "c b")
    )
    assert Play(xml).do("a").open == opened


@element("intermediateThrowEvent / escalation")
def test_an_escalation_on_the_way_goes_up_and_the_way_goes_on():
    inside = sub("x", start("s1"), throw("t", escalation()), user("a"), path("s1 t a"))
    edge = boundary("c", "x", escalation(), interrupting=False)
    assert Play(diagram(start(), inside, edge, user("b"), path("s x", "c b"))).open == ["a", "b"]


# --- events at the edge


@pytest.mark.parametrize("kind", each("boundaryEvent", tuple(COME)))
def test_an_event_at_the_edge_ends_the_activity(kind):
    trigger, come = COME[kind]
    xml = diagram(start(), user("a"), boundary("b", "a", trigger), user("x"), path("s a", "b x"))
    assert come(Play(xml, {"n": 0})).open == ["x"]


@pytest.mark.parametrize("kind", each("boundaryEvent", tuple(COME), ", non-interrupting"))
def test_an_event_at_the_edge_may_leave_the_activity_at_work(kind):
    trigger, come = COME[kind]
    edge = boundary("b", "a", trigger, interrupting=False)
    assert come(Play(diagram(start(), user("a"), edge, user("x"), path("s a", "b x")), {"n": 0})).open == [
        "a",
        "x",
    ]


@element("boundaryEvent / cancel", "endEvent / cancel")
def test_a_cancelled_transaction_is_left_at_its_edge():
    inside = node(
        "transaction", "x", start("s1"), user("a"), user("k"), end("e1", CANCEL), path("s1 a e1", "s1 k")
    )
    xml = diagram(start(), inside, boundary("c", "x", CANCEL), user("b"), user("z"), path("s x z", "c b"))
    assert Play(xml).do("a").open == ["b"]


# --- ends


@element("endEvent / terminate")
def test_a_terminate_end_ends_its_level():
    inside = sub("x", start("s1"), user("a"), user("k"), end("e1", terminate()), path("s1 a e1", "s1 k"))
    assert Play(straight(inside)).do("a").open == ["z"]


@element("endEvent / compensate")
def test_an_end_may_undo_what_was_done():
    play = Play(undoing(end("e", UNDO), "e")).do("a")
    assert play.open == ["back"]
    assert play.do("back").ended


# --- timers


@pytest.mark.parametrize(
    "trigger",
    [
        pytest.param(at("2026-01-12T10:00+03:00"), marks=element("timeDate")),
        pytest.param(after("PT1H"), marks=element("timeDuration")),
        pytest.param(every("R/PT1H"), marks=element("timeCycle")),
        pytest.param(every("0 10 * * *"), marks=element("timeCycle / cron")),
    ],
)
def test_a_timer_is_a_date_a_duration_a_cycle_or_a_schedule(trigger):
    play = Play(straight(catch("x", trigger)))
    assert play.wait(minutes=59).open == []
    assert play.wait(minutes=1).open == ["z"]


# --- what only describes: it is kept, shown, and changes nothing

ONLY_DRAWN = {
    "property": '<property id="d" name="доход"/>',
    "ioSpecification": "<ioSpecification><inputSet/><outputSet/></ioSpecification>",
    "dataObject": '<dataObject id="d"/>',
    "dataObjectReference": '<dataObject id="o"/><dataObjectReference id="d" dataObjectRef="o"/>',
    "dataStoreReference": '<dataStoreReference id="d" name="Реестр"/>',
    "lane": '<laneSet id="l"><lane id="d" name="Специалист"><flowNodeRef>x</flowNodeRef></lane></laneSet>',
    "textAnnotation": '<textAnnotation id="d"><text>Важно</text></textAnnotation>',
    "group": '<group id="d"/>',
    "documentation": "<documentation>Зачем этот путь</documentation>",
    "monitoring": "<monitoring/>",
    "auditing": "<auditing/>",
}


@pytest.mark.parametrize(
    "part", [pytest.param(part, marks=element(kind)) for kind, part in ONLY_DRAWN.items()]
)
def test_what_only_describes_changes_nothing(part):
    xml = diagram(part, start(), user("x"), user("z"), path("s x z"))
    assert Play(xml).do("x").open == ["z"]


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=element(kind)) for kind in ("dataInputAssociation", "dataOutputAssociation")],
)
def test_data_drawn_beside_a_step_changes_nothing(kind):
    drawn = f"<{kind}><sourceRef>d</sourceRef><targetRef>x</targetRef></{kind}>"
    xml = diagram('<dataObject id="d"/>', start(), user("x", drawn), user("z"), path("s x z"))
    assert Play(xml).do("x").open == ["z"]


@element("childLaneSet")
def test_the_innermost_lane_is_that_of_the_step():
    inner = (
        '<childLaneSet id="c"><lane id="l2" name="Врач"><flowNodeRef>x</flowNodeRef></lane></childLaneSet>'
    )
    outer = f'<laneSet id="l"><lane id="l1" name="Центр"><flowNodeRef>x</flowNodeRef>{inner}</lane></laneSet>'
    (found,) = bpmn.read(diagram(outer, start(), user("x"), path("s x"))).processes
    assert found.steps["x"].lane == "Врач"


BESIDE = (
    '<collaboration id="c"><participant id="p1" name="Центр" processRef="p"/>'
    '<participant id="p2" name="Школа"/>'
    '<messageFlow id="mf" sourceRef="x" targetRef="p2"/>'
    '<conversation id="talk"/></collaboration>'
    '<dataStore id="store" name="Реестр"/><choreography id="dance"/>'
)


@element("participant", "messageFlow", "conversation", "choreography", "dataStore")
def test_what_stands_beside_a_process_changes_nothing_in_it():
    xml = document(process(start(), user("x"), user("z"), path("s x z")), roots=BESIDE)
    assert Play(xml).do("x").open == ["z"]
