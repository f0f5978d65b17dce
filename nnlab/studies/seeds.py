"""The same project from several seeds, one after the other: what remains of each, for a band of curves."""

from __future__ import annotations

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.training.complete_run import prepare_run
from nnlab.training.kept_run import SeedCurve, seed_curve
from nnlab.training.project import Project

SLICE = 256  # steps between two looks at whether to stop


def train_seeds(project: Project, data: Data, seeds: int, steps: int, context: JobContext) -> tuple[SeedCurve, ...]:
    """Trains so many seeds, from the project's own on, for so many steps each; the others are what the project is with that seed.

    Raises TrainingError at the first number that is not finite, NNLabError for what cannot be trained.
    """
    found = []
    for k in range(seeds):
        own = project if k == 0 else project.with_seed(project.training.seed + k)
        run, done = prepare_run(own.graph, data, own.training, start=own.initial), 0
        while done < steps:
            context.report(k * steps + done, seeds * steps, f"seed {own.training.seed}, {k + 1} of {seeds}")
            done += run.train(min(SLICE, steps - done))
        found.append(seed_curve(run))
    return tuple(found)
