"""Autosave: while there is unsaved work, a safety copy of it on the disk is never much older than fifteen seconds.

Unsaved work is an edit, or training that went on since the project was opened or saved. The display's thread only decides that a copy is
due; the training thread answers with the weights between two steps, without ending an iteration that is being
stepped through, and a thread of its own packs and writes. A copy belongs to its window through a lock file. Saving, or giving the work up
knowingly, removes the copy. What a killed process leaves is found by the next window (`left_behind`) and offered there.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from nnlab.core.atomic import reason
from nnlab.core.errors import NNLabError
from nnlab.files.autosave import LeftBehind, copies, lock_of, new_copy, read_copy, remove_copy, sweep, write_copy
from nnlab.files.project import Project, SavedProject, View
from nnlab.jobs.context import JobContext
from nnlab.training.commands import NoNetwork, Snapshot
from nnlab.training.kept_runs import KeptRuns
from nnlab.ui.document.document import Document
from nnlab.ui.files.commands import FileCommands
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

LOOK = 0.05  # seconds between two looks at whether the copy is still wanted
CLOSING = 10.0  # seconds that closing waits for the disk
PERIOD = 15_000  # milliseconds between two copies while work goes on
SETTLED = 3_000  # milliseconds after an edit, when no other follows


class OwnedCopy:
    """A safety copy whose lock this window holds."""

    def __init__(self, path: Path, lock: QLockFile) -> None:
        self.path, self._lock = path, lock

    @classmethod
    def take(cls, path: Path) -> OwnedCopy | None:
        """Takes possession of a copy; None when its window lives or its folder cannot be written to."""
        lock = QLockFile(str(lock_of(path)))
        lock.setStaleLockTime(0)  # only a process that is gone makes it stale, however long it had its window open
        return cls(path, lock) if lock.tryLock(0) else None

    def release(self) -> None:
        """Leaves the copy to whoever comes next."""
        self._lock.unlock()

    def remove(self) -> None:
        """Deletes the copy: its work is saved, or given up knowingly."""
        remove_copy(self.path)
        self._lock.unlock()


def left_behind(folder: Path) -> list[tuple[OwnedCopy, LeftBehind]]:
    """Copies whose windows are gone, newest first; they belong to the caller now, and to nobody once it releases them."""
    found = []
    for path in copies(folder):
        owned = OwnedCopy.take(path)
        if owned is None:
            continue
        if path.exists():
            sweep(path)
            found.append((owned, read_copy(path)))
        else:  # killed before its first copy was complete
            owned.remove()
    return sorted(found, key=lambda pair: -pair[1].note.time)


@dataclass(frozen=True, eq=False)
class _AutosaveTask:
    """What is written: values only, for a thread that has nothing to do with the window."""

    copy: OwnedCopy
    project: Project
    view: View
    name: str
    original: Path | None
    weights: Future[Snapshot]
    runs: KeptRuns

    def write(self, context: JobContext) -> str:
        """Writes the copy; says in words what is not there now and why, or nothing."""
        snapshot, missing = None, ""
        try:
            snapshot = self._wait_for_weights(context)
        except NoNetwork:  # yet: the project alone
            pass
        except NNLabError as error:
            missing = f"no safety copy of its weights now: {str(error).rstrip('.')}"
        try:
            saved = SavedProject(self.project, snapshot, None, self.view, runs=self.runs)
            write_copy(self.copy.path, saved, self.name, self.original)
        except NNLabError as error:
            cause = error.__cause__
            return _no_copy(reason(cause).split(";")[0] if isinstance(cause, OSError) else str(error))
        return missing

    def _wait_for_weights(self, context: JobContext) -> Snapshot:
        """Until the training thread answers, or nobody wants the copy any more."""
        while True:
            context.check()
            try:
                return self.weights.result(timeout=LOOK)
            except NoAnswer:
                continue


class Autosave(QObject):
    """Keeps the safety copy of one window. `failed(sentence)` when it cannot, once until it can again (`succeeded`)."""

    failed = Signal(str)
    succeeded = Signal()

    def __init__(
        self, parent: QObject, document: Document, session: LiveSession, files: FileCommands, folder: Path, view: Callable[[], View]
    ) -> None:
        super().__init__(parent)
        self._document, self._session, self._files, self._folder, self._view = document, session, files, folder, view
        self._copy: OwnedCopy | None = None
        self._writing: _AutosaveTask | None = None
        self._edited = False  # since the last copy
        self._copied_iteration = 0
        self._failing = self._held = False
        self._job: LiveJob | None = None  # writes
        self._settle = QTimer(self, singleShot=True, interval=SETTLED)
        self._settle.timeout.connect(self.copy_if_due)
        self._period = QTimer(self, interval=PERIOD)
        self._period.timeout.connect(self.copy_if_due)
        self._period.start()
        document.settled.connect(self._on_edit)
        document.replaced.connect(self.forget)
        files.saved.connect(self.forget)

    @property
    def folder(self) -> Path:
        """Where safety copies lie."""
        return self._folder

    @property
    def path(self) -> Path | None:
        """The safety copy, when there is one."""
        return self._copy.path if self._copy is not None else None

    @property
    def has_unsaved_work(self) -> bool:
        """Whether there is anything that a killed process would lose."""
        return self._document.is_edited or self._has_trained(self._files.saved_iteration)

    def copy_if_due(self) -> None:
        """Begins a copy when something changed since the last one; removes the copy when there is nothing unsaved any more."""
        if self._writing is not None or self._held:
            return
        if not self.has_unsaved_work:
            self.forget()
        elif self._copy is None or self._edited or self._has_trained(self._copied_iteration):
            self._begin()

    def adopt(self, copy: OwnedCopy) -> None:
        """The window shows what is in this copy: from now on it is the window's own."""
        self.forget()
        self._copy, self._edited, self._copied_iteration = copy, False, self._files.saved_iteration

    def forget(self) -> None:
        """Removes the copy: the work was saved or given up."""
        if self._held:
            return
        copy, self._copy, self._edited = self._copy, None, False
        self._settle.stop()
        if copy is not None and (self._writing is None or self._writing.copy is not copy):
            copy.remove()  # else when it has been written

    def hold(self) -> None:
        """Another project is shown for a while: the copy of this one stays as it is, and of the other none is made."""
        self._settle.stop()
        self.copy_if_due()
        self._held = True

    def go_on(self) -> None:
        """The project is shown again."""
        self._held = False

    def close(self) -> None:
        """Removes the copy and ends; one that is being written is waited for, not one that still waits for its weights."""
        self._period.stop()
        self.forget()
        if self._job is not None:
            self._job.cancel()
            self._job.job.wait(CLOSING)
        if self._writing is not None:
            self._writing.copy.remove()
            self._writing = None

    def leave(self) -> None:
        """Ends where nobody can be asked: unsaved work is copied a last time, and the copy stays for the next window to offer."""
        self._period.stop()
        self._settle.stop()
        self._await_writing()
        self.copy_if_due()
        self._await_writing()
        if self._copy is not None:
            self._copy.release()
            self._copy = None

    def _await_writing(self) -> None:
        """Until what is being written is on the disk; for the end only, when no event loop tells of it any more."""
        if self._job is not None:
            self._job.job.wait(CLOSING)
        self._job = self._writing = None

    def _has_trained(self, since: int) -> bool:
        return self._session.can_run and self._session.iteration != since

    def _on_edit(self) -> None:
        self._edited = True
        self._settle.start()

    def _begin(self) -> None:
        if self._copy is None:
            self._copy = self._new_copy()
        if self._copy is None:
            self._fail(_no_copy(f"the folder {self._folder} cannot be written to"))
            return
        document = self._document
        self._edited, self._copied_iteration = False, self._session.iteration
        weights = self._session.request_snapshot(undisturbed=True)
        self._writing = _AutosaveTask(self._copy, document.project, self._view(), document.name, self._files.path, weights, document.runs)
        self._job = self._session.jobs.start("Autosave", self._writing.write, quiet=True, lane="autosave")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._on_fault)
        self._job.ended.connect(self._on_ended)

    def _new_copy(self) -> OwnedCopy | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        return OwnedCopy.take(new_copy(self._folder))

    def _take(self, why: str) -> None:
        """The copy was written, or not, for a reason in words."""
        if why and self._writing is not None:
            self._edited = True  # once more at the next turn
            self._fail(why)
        elif self._failing and self._writing is not None:
            self._failing = False
            self.succeeded.emit()

    def _on_fault(self, sentence: str) -> None:
        self._edited = True
        self._fail(_no_copy(sentence))

    def _on_ended(self) -> None:
        work, self._writing, self._job = self._writing, None, None
        if work is None:
            return  # closed meanwhile
        if work.copy is not self._copy:  # saved or given up meanwhile
            work.copy.remove()
        if self._edited and not self._failing:  # edited while it was written
            self._settle.start()

    def _fail(self, what: str) -> None:
        if not self._failing:
            self._failing = True
            self.failed.emit(f"Unsaved work of “{self._document.name}” has {what}. Save the project.")


def _no_copy(why: str) -> str:
    return f"no safety copy now: {why.rstrip('.')}"
