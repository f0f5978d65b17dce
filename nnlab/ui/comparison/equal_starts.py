"""What is the same in every run of a comparison: said in words, and proven by hashes of the initial weights and of the batches."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.studies.comparison import Starts, starts_of
from nnlab.training.project import Project
from nnlab.ui.comparison.statement import Statement
from nnlab.ui.look import numbers
from nnlab.ui.run.jobs import LiveJob, LiveJobs

SEED, BATCH_SIZE = "seed", "batch_size"


class EqualStarts(QObject):
    """Works the hashes out beside the display, and tells the statement. `found`: the first gradient's norm of every run is known, too."""

    found = Signal()

    def __init__(self, jobs: LiveJobs, statement: Statement, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._statement = jobs, statement
        self._job: LiveJob | None = None
        self._asked: tuple[object, ...] = ()
        self._key, self._project, self._samples = "", Project(), 0
        self._unlike = ""
        self.gradients: tuple[float, ...] = ()  # of the runs in their order, while they are known

    def prove(self, key: str, projects: Sequence[Project], data: Data | None, unlike: str = "") -> None:
        """`projects`: of every run, the project's own first; one alone is no comparison. `unlike`: what else differs, in words."""
        if len(projects) < 2 or data is None:
            self._asked, self.gradients = (), ()
            self._statement.show_equal("", "")
            return
        asked = (key, unlike, *projects)
        if asked == self._asked:
            return
        self._asked, self._key, self._project, self._samples = asked, key, projects[0], len(data.x)
        self._unlike = unlike
        self.gradients = ()
        if self._job is not None:
            self._job.cancel()

        def study(context: JobContext) -> tuple[tuple[object, ...], tuple[Starts, ...]]:
            return asked, starts_of(projects, data)

        self._job = self._jobs.start("Comparing the starts", study, quiet=True, lane="starts")
        self._job.finished.connect(self._show)  # a bound method: a lambda would keep this for ever

    def _show(self, answer: tuple[tuple[object, ...], tuple[Starts, ...]]) -> None:
        asked, found = answer
        if asked != self._asked:
            return
        are_weights_equal = len({start.weights for start in found}) == 1
        are_bases_equal = len({one.base for one in found}) == 1
        are_batches_equal = len({start.batches for start in found}) == 1
        same = [*same_words(self._project, self._key, self._samples)]
        start = ["start weights"] if are_weights_equal else ["start weights but for the adapters"] if are_bases_equal else []
        same += start + ["batches"] * are_batches_equal
        missing = ["start weights differ"] * (not start) + ["batches differ"] * (not are_batches_equal)
        text = f"same {', '.join(same)}"
        is_surprise = bool(missing) and self._key != SEED and not (self._key == BATCH_SIZE and start)
        surprise = f"{' and '.join(missing)}; the rest is the same" if is_surprise else ""
        self._statement.show_equal(text, self._unlike or surprise)
        hashes = "\n".join(_hashes(one) for one in found)
        self._statement.same.setToolTip(f"{text}\nSHA-256 of every run's start:\n{hashes}")
        self.gradients = tuple(one.gradient for one in found)
        self.found.emit()


def _hashes(one: Starts) -> str:
    base = f", without adapters {one.base[:16]}…" if one.base != one.weights else ""
    return f"weights {one.weights[:16]}…{base}, batches {one.batches[:16]}…"


def same_words(project: Project, key: str, samples: int) -> list[str]:
    """What every run of a comparison has in common, in the order of importance."""
    training = project.training
    sizes = [str(node.settings["units"]) for node in project.graph.topological() if "units" in node.settings]
    features = next((str(node.settings["features"]) for node in project.graph.input_nodes), "")
    has_line = not any("filters" in node.settings for node in project.graph)
    line = f"network {'-'.join([features, *sizes])}" if has_line else "network"
    words = [] if key in ("units", "activation") else [line]
    words.append(f"{numbers.count(samples)} samples")
    if key != SEED:
        words.append(f"seed {training.seed}")
    if key != "optimizer":
        words.append(f"{training.optimizer}" + ("" if key == "learning_rate" else f" {numbers.short(training.learning_rate)}"))
    if key != BATCH_SIZE:
        words.append(f"batches of {numbers.count(training.batch_size)}")
    return words
