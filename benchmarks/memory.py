"""Whether memory stays flat: cases led through the small pathway in one process, for hours if need be.

    python -m benchmarks.memory [--steps 100000]

Prints the resident memory after every tenth of the steps. TMPDIR chooses where the database lies.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from engine.bench.instances import Ground
from engine.bench.meter import Meter
from engine.bench.ours import Ours
from engine.bench.works import works

LINES = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args().steps
    work = next(work for work in works() if work.name == "small")
    with Ground() as ground:
        ours = Ours(ground, work)
        meter = Meter()
        print(f"{'steps':>10} {'MB':>8} {'objects':>10} {'CPU ms a step':>14}")
        for line in range(LINES + 1):
            before = meter.completions, meter.cpu
            while meter.completions < steps * line // LINES:
                ours.play(meter)
            done = meter.completions - before[0]
            cost = f"{1000 * (meter.cpu - before[1]) / done:14.2f}" if done else ""
            print(
                f"{meter.completions:10} {resident_mb():8.1f} {len(gc.get_objects()):10} {cost}", flush=True
            )


def resident_mb() -> float:
    """What the system has given to this process."""
    with Path("/proc/self/status").open(encoding="ascii") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return kilobytes / 1024


if __name__ == "__main__":
    main()
