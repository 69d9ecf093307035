"""How long the viewer of the pages draws large diagrams: `./run python -m benchmarks.large_drawings`.

A real Chromium with the built bundles, served from a folder of their own; no database, no sign-in.
"""

from __future__ import annotations

import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.long_lives import branches, chain, nested

STATIC = Path(__file__).parents[1] / "webui" / "static"
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_PAGE = (
    '<!doctype html><link rel="stylesheet" href="static/app.css">'
    '<link rel="stylesheet" href="static/diagram.css">'
    '<figure class="diagram diagram-tall" data-diagram="{name}.bpmn" data-diagram-kind="bpmn">'
    '<p class="diagram-state">…</p><script type="application/json" data-diagram-marks>{{}}</script>'
    '<div class="diagram-canvas"></div></figure><script type="module" src="static/diagram.js"></script>'
)
Box = tuple[int, int, int, int]
_SPACES = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)


def with_layout(xml: bytes, boxes: dict[str, Box], flows: list[tuple[str, str]]) -> bytes:
    """The file with shapes at these boxes and straight arrows between them."""
    shown = [
        f'<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}" isExpanded="true">'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        for id, (x, y, width, height) in boxes.items()
    ]
    for source, target in flows:
        (x, y, width, height), (to_x, to_y, _, to_height) = boxes[source], boxes[target]
        shown.append(
            f'<bpmndi:BPMNEdge id="{source}_{target}_di" bpmnElement="{source}_{target}">'
            f'<di:waypoint x="{x + width}" y="{y + height // 2}"/>'
            f'<di:waypoint x="{to_x}" y="{to_y + to_height // 2}"/></bpmndi:BPMNEdge>'
        )
    plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement="p">{"".join(shown)}</bpmndi:BPMNPlane>'
    layout = f'<bpmndi:BPMNDiagram id="drawing" {_SPACES}>{plane}</bpmndi:BPMNDiagram></definitions>'
    return xml.replace(b"</definitions>", layout.encode())


def drawings() -> dict[str, bytes]:
    """The diagrams of `long_lives` with a layout."""
    line = ["s", *(f"t{number}" for number in range(2000)), "e"]
    in_rows = {id: (number % 40 * 150, number // 40 * 120, 100, 80) for number, id in enumerate(line)}
    steps = [f"t{number}" for number in range(500)]
    fan: dict[str, Box] = {id: (300, number * 100, 100, 80) for number, id in enumerate(steps)}
    fan |= {"s": (0, 25000, 36, 36), "f": (150, 25000, 50, 50), "j": (600, 25000, 50, 50)}
    fan["e"] = (750, 25000, 36, 36)
    sides = [("s", "f"), ("j", "e"), *(("f", id) for id in steps), *((id, "j") for id in steps)]
    shells: dict[str, Box] = {
        f"p{n}": ((59 - n) * 30, (59 - n) * 30, 200 + n * 60, 160 + n * 60) for n in reversed(range(60))
    }
    shells["t0"] = (1820, 1810, 100, 80)
    return {
        "chain of 2,000": with_layout(chain(2000), in_rows, list(pairwise(line))),
        "500 branches": with_layout(branches(500), fan, sides),
        "60 levels": with_layout(nested(60), shells, []),
    }


def drawn(page: Page, url: str) -> tuple[float, int]:
    """Seconds until the drawing stands there, and how many elements it has."""
    begin = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(".diagram-state", state="detached", timeout=120_000)
    taken = time.perf_counter() - begin
    return taken, page.locator(".djs-element").count()


def main() -> None:
    """Serve the files, draw each once to warm up and once to measure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "static").symlink_to(STATIC)
        for name, xml in drawings().items():
            (home / f"{name}.bpmn").write_bytes(xml)
            (home / f"{name}.html").write_text(_PAGE.format(name=name), encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
            page = browser.new_page()
            for name in drawings():
                url = f"http://127.0.0.1:{server.server_port}/{name}.html"
                drawn(page, url)
                seconds, elements = drawn(page, url)
                print(f"{name}: {seconds:.1f} s, {elements} elements")
            browser.close()
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    main()
