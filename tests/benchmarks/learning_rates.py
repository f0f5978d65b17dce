"""How well the learning-rate finder's suggestion trains, against 10 times and a tenth of it, on every example with Adam and SGD.

    python tests/benchmarks/learning_rates.py [STEPS …]

For every share of the rate at which the smoothed loss is lowest it counts on how many examples that rate ends at a lower training loss than
both neighbours; docs/decisions/learning-rate-finder.md has the figures of the run that chose the share.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace

from nnlab.core.errors import TrainingError
from nnlab.core.preparation import Data, prepare
from nnlab.files.examples import example_names, load_example
from nnlab.studies.learning_rate import find_learning_rate
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.project import Project

SHARES = (1 / 3, 1 / 4, 1 / 5, 1 / 7, 1 / 10)
HEAVY = ("digits_convnet",)  # left out: it takes longer than all others together


def final_loss(project: Project, data: Data, rate: float, steps: int) -> float:
    """The training loss after so many steps at a constant rate; infinite where training fails."""
    run = prepare_run(project.graph, data, replace(project.training, learning_rate=min(rate, 1000.0)))
    try:
        run.train(steps)
    except TrainingError:
        return math.inf
    return result_of(run, data).loss


def main(budgets: list[int]) -> None:
    for steps in budgets:
        for optimizer in ("adam", "sgd"):
            better: dict[float, list[str]] = {share: [] for share in SHARES}
            names = [name for name in example_names() if name not in HEAVY]
            for name in names:
                project = load_example(name)
                training = replace(project.training, optimizer=optimizer, optimizer_settings={}, schedule="constant", schedule_settings={})
                project, data = replace(project, training=training), prepare(project.data)
                lowest = find_learning_rate(project, data).lowest
                for share in SHARES:
                    tenth, own, tenfold = (final_loss(project, data, factor * share * lowest, steps) for factor in (0.1, 1.0, 10.0))
                    if own < min(tenth, tenfold):
                        better[share].append(name)
            for share, found in better.items():
                print(f"{steps} steps, {optimizer}, 1/{1 / share:.0f}: {len(found)} of {len(names)}: {', '.join(found)}")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [300, 600, 1000])
