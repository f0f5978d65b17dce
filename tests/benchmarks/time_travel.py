"""How long going back takes: to random iterations of 100,000 of W1 and of 20,000 of W3, within the budget; weights compared to the bit.

    python tests/benchmarks/time_travel.py [JUMPS]

Times are those of the training thread, from the request to the run that stands there; a window adds one frame.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from nnlab.bench.window import workload
from nnlab.core.preparation import prepare
from nnlab.training.change import Change
from nnlab.training.commands import Load
from nnlab.training.member import Member

LENGTHS = {"W1": 100_000, "W3": 20_000}
MARKS = 40  # iterations whose weights are kept on the first way, to be compared


def travel(name: str, jumps: int) -> str:
    project = workload(name)
    one = Member()
    one.load(Load(Change.opening(project), prepare(project.data), 1))
    run = one.run
    assert run is not None
    generator, length = np.random.default_rng(1), LENGTHS[name]
    passed: dict[int, bytes] = {}
    for goal in sorted({*generator.integers(1, length, MARKS).tolist(), length}):
        run.train(goal - run.iteration)
        passed[goal] = run.state.arena[: run.program.moments_end].tobytes()
    seconds, same = [], 0
    goals = [*passed, *generator.integers(1, length, jumps).tolist()]
    for goal in generator.permutation(goals).tolist():
        begun = time.perf_counter()
        one.back_to(goal, lambda: True)
        seconds.append(time.perf_counter() - begun)
        assert run.iteration == goal
        if goal in passed:
            assert run.state.arena[: run.program.moments_end].tobytes() == passed[goal], f"iteration {goal} differs"
            same += 1
    milliseconds = 1000 * np.array(seconds)
    reach = one.timeline.reach(run)
    return (
        f"{name}: {len(goals)} jumps over {length:,} iterations: median {np.median(milliseconds):.0f} ms, 95 % within "
        f"{np.quantile(milliseconds, 0.95):.0f}, longest {milliseconds.max():.0f}; a keyframe every {reach.spacing} iterations, "
        f"{reach.nbytes / 2**20:.1f} MB; {same} compared, all to the bit"
    )


if __name__ == "__main__":
    for workload_name in LENGTHS:
        print(travel(workload_name, int(sys.argv[1]) if len(sys.argv) > 1 else 200), flush=True)
