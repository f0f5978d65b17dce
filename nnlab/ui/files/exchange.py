"""File › Import, Export, Predict and Report: models and rows in other programs' forms, made beside the display.

What takes time is a job: it shows its progress, can be cancelled, and leaves the window usable. The network that is written is the one of
the moment it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import NNLabError
from nnlab.exchange.exporter import Exporter
from nnlab.exchange.importer import AS_PROPOSED, importer_for
from nnlab.files.project import SavedProject
from nnlab.jobs.context import JobContext
from nnlab.ui.document.document import Document
from nnlab.ui.files import exchange_dialogs
from nnlab.ui.files.commands import FileCommands
from nnlab.ui.files.predict_page import PredictPage, ask_fields
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

LANE = "exchange"
WEIGHTS = (".safetensors",)


class ExchangeCommands(QObject):
    """`told(sentence)` when something was written or read, `failed(sentence)` when it cannot even be begun."""

    told = Signal(str)
    failed = Signal(str)

    def __init__(self, window: QWidget, document: Document, session: LiveSession, files: FileCommands) -> None:
        super().__init__(window)
        self._window, self._document, self._session, self._files = window, document, session, files
        self.job: LiveJob | None = None
        self._imported_as = ""
        self.page: PredictPage | None = None
        files.importing.connect(self.import_path)

    def export(self) -> None:
        """Asks for a form and a file, and writes the network in it."""
        saved, name = self._present(), self._document.name
        if saved is None:
            return
        chosen = exchange_dialogs.ask_where_to_export(self._window, self._folder() / name)
        if chosen is not None:
            self.export_to(saved, name, *chosen)

    def export_to(self, saved: SavedProject, name: str, exporter: Exporter, path: Path) -> None:
        """Writes a project in a form; the job says how it went."""

        def work(job: JobContext) -> str:
            from nnlab.exchange.model import model_of

            remarks = exporter.write(model_of(saved, name), path, job)
            return f"{path.name} written: {'; '.join(remarks)}."

        self._start(f"Export to {exporter.title}", work)

    def report(self) -> None:
        """Asks for a file and writes the report into it."""
        saved, name = self._present(), self._document.name
        if saved is None:
            return
        path = exchange_dialogs.ask_where_to_report(self._window, self._folder() / f"{name}.html")
        if path is None:
            return

        def work(job: JobContext) -> str:
            from nnlab.exchange.model import model_of
            from nnlab.exchange.report import report_html

            content = report_html(model_of(saved, name), job).encode()
            write_atomically(path, lambda file: file.write(content))
            return f"The report is in {path}."

        self._start("Report", work)

    def predict(self) -> None:
        """Asks for a table and for where its predictions go."""
        saved = self._present()
        if saved is None:
            return
        asked = exchange_dialogs.ask_what_to_predict(self._window, str(self._folder()))
        if asked is None:
            return
        source, target = asked

        def work(job: JobContext) -> str:
            from nnlab.exchange.predicting import predict_file

            rows = predict_file(saved, source, target, job)
            return f"{rows:,} predictions of {source.name} written to {target}."

        self._start(f"Predict {source.name}", work)

    def predict_values(self) -> None:
        """Shows a page with a field for every column, for the network of this moment."""
        saved = self._present()
        if saved is None:
            return
        data, window = self._session.data, self._window.window()
        fields, was_cancelled = ask_fields(window, self._files.theme, self._session.jobs, saved, data)
        if was_cancelled:
            return
        self.page = PredictPage(self._files.theme, saved, data, window, fields)
        self.page.for_file.connect(self.predict)
        self.page.open()

    def import_file(self) -> None:
        """Asks for a model, weights or a table of another program and shows it as a project that has no file yet."""
        name = exchange_dialogs.ask_what_to_import(self._window, str(self._folder()))
        if name:
            self.import_path(name)

    def import_path(self, name: str) -> None:
        """The same for a file by its path. Weights go into the network that is shown."""
        path = Path(name)
        try:
            importer = importer_for(path)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        if importer.accepts:  # a table or images, by way of the import page
            self._files.open_path(name)
            return
        into = self._present() if importer.needs_project else None
        self._imported_as = self._document.name if importer.needs_project else path.stem

        def work(job: JobContext) -> tuple[SavedProject, str]:
            saved, remarks = importer.read(path, into, job, AS_PROPOSED)
            return saved, f"{path.name} imported: {'; '.join(remarks)}."

        self.job = self._session.jobs.start(f"Import {path.name}", work, lane=LANE)
        self.job.finished.connect(self._show_imported)

    def _show_imported(self, found: tuple[SavedProject, str]) -> None:
        saved, sentence = found
        if self._files.show_unsaved(saved, self._imported_as):
            self.told.emit(sentence)

    def _start(self, title: str, work: Callable[[JobContext], str]) -> None:
        self.job = self._session.jobs.start(title, work, lane=LANE)
        self.job.finished.connect(self._tell)

    def _tell(self, sentence: str) -> None:
        self.told.emit(sentence)

    def _present(self) -> SavedProject | None:
        """The project with what its run has learned by now; None, and a sentence, where that cannot be had."""
        try:
            data = self._session.data
            return SavedProject(
                self._document.project, self._session.snapshot(), preparation=None if data is None else data.preparation
            )  # fmt: skip
        except NNLabError as error:
            self.failed.emit(str(error))
            return None

    def _folder(self) -> Path:
        return self._files.path.parent if self._files.path is not None else Path.home()
