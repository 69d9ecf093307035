"""How long a great diagram takes to be read and checked.

    python -m benchmarks.diagram [--elements 2000]

A chain of user tasks, with a choice after every ninth that leads back to its beginning.
"""

from __future__ import annotations

import argparse
import statistics

from engine import bpmn
from engine.bench.meter import Meter

ROUNDS = 5
SPAN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elements", type=int, default=2_000)
    elements = parser.parse_args().elements
    xml = _drawn(elements)
    read, checked = [], []
    for _ in range(ROUNDS):
        meter = Meter()
        meter.time(lambda: bpmn.read(xml))
        read.append(meter.cpu)
        meter = Meter()
        meter.time(lambda: bpmn.check(xml))
        checked.append(meter.cpu)
    flows = xml.count(b"<sequenceFlow ")
    print(f"{elements} elements, {flows} flows, {len(xml) // 1024} kB: CPU seconds, medians")
    print(f"reading {statistics.median(read):.2f}, checking (reads it too) {statistics.median(checked):.2f}")


def _drawn(elements: int) -> bytes:
    """Ids end with the place in the chain; the first and the last are the start and the end."""
    kinds = ["startEvent", *(_kind(place) for place in range(1, elements - 1)), "endEvent"]
    nodes = [
        f'<{kind} id="n{place}" name="Шаг {place}"'
        + (f' default="f{place}"' if kind == "exclusiveGateway" else "")
        + "/>"
        for place, kind in enumerate(kinds)
    ]
    ahead = [
        f'<sequenceFlow id="f{place}" sourceRef="n{place}" targetRef="n{place + 1}"/>'
        for place in range(elements - 1)
    ]
    back = [
        f'<sequenceFlow id="b{place}" sourceRef="n{place}" targetRef="n{place - SPAN + 1}">'
        "<conditionExpression>=заново</conditionExpression></sequenceFlow>"
        for place, kind in enumerate(kinds)
        if kind == "exclusiveGateway"
    ]
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' targetNamespace="http://example.org">'
        f'<process id="great" name="Путь" isExecutable="true">{"".join(nodes + ahead + back)}</process>'
        "</definitions>"
    ).encode()


def _kind(place: int) -> str:
    return "exclusiveGateway" if place % SPAN == 0 else "userTask"


if __name__ == "__main__":
    main()
