"""The landscape of a project's run: trained here from its start, so that where it has been is known."""

from __future__ import annotations

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.preparation import Data, prepare
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.run import Run
from nnlab.jobs.context import JobContext
from nnlab.studies.landscape.planes import PATH, check_kind
from nnlab.studies.landscape.study import RESOLUTION, SAMPLES, Landscape, LandscapeStudy
from nnlab.training.commands import Snapshot
from nnlab.training.complete_run import prepare_run, steps_of_epochs
from nnlab.training.project import Project
from nnlab.training.weight_path import BUDGET, WeightPath

SLICES = 100
FEWEST_KEYFRAMES = 8


def landscape(
    project: Project, data: Data | None = None, kind: str = PATH, seed: int = 0, resolution: int = int(RESOLUTION.default),
    samples: int = int(SAMPLES.default), steps: int | None = None, context: JobContext | None = None,
) -> Landscape:  # fmt: skip
    """Trains a copy of the project for `steps` iterations, by default its epochs, and computes the loss round where it then stands.

    `kind`: "path", the plane of the run's own path, or "random", filter-normalised. Raises NNLabError where there is no such plane.
    """
    return landscape_study(project, data, kind, seed, resolution, samples, steps, None, context).compute(context=context)


def landscape_study(
    project: Project, data: Data | None = None, kind: str = PATH, seed: int = 0, resolution: int = int(RESOLUTION.default),
    samples: int = int(SAMPLES.default), steps: int | None = None, snapshot: Snapshot | None = None, context: JobContext | None = None,
) -> LandscapeStudy:  # fmt: skip
    """The same, measured and not yet computed. `snapshot`: the run goes on from there, and its path begins there."""
    check_kind(kind)
    data = data or prepare(project.data)
    run = prepare_run(project.graph, data, project.training, snapshot, project.initial)
    path = trained_path(run, steps_of_epochs(run, project.training.epochs) if steps is None else steps, context or JobContext())
    return LandscapeStudy(project.graph, data.x, data.y, path, kind, seed, run.program.real, resolution, samples, context)


def trained_path(run: Run, steps: int, context: JobContext) -> WeightPath:
    """Trains a run that nobody else uses, and where it came along; ends early where a number is not finite."""
    if steps < 0:
        raise NNLabError(f"A path of {steps:,} iterations cannot be trained; give 0 or more.")
    start = run.state.arena[: run.program.parameters_end].copy()
    begun = run.iteration
    width, size = run.program.moments_end, run.program.dtype.itemsize
    room = max(2 * BUDGET, FEWEST_KEYFRAMES * width * size)  # a path of two points has no plane, however large the network
    run.keyframes = Keyframes(width, run.program.dtype, room, run.iteration)
    slice_steps = max(1, steps // SLICES)
    try:
        while run.iteration - begun < steps:
            context.report(run.iteration - begun, steps, "Training, to know the path")
            run.train(min(slice_steps, begun + steps - run.iteration))
    except TrainingError:
        if run.iteration == begun:
            raise
    frames = run.keyframes
    kept = zip(frames.iterations.tolist(), frames.learned[: len(frames)], strict=True)
    return WeightPath.of_states(run, {begun: start, **dict(kept)})
