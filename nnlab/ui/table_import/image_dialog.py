"""The import page for images: what a folder or IDX file holds, class by class, as the network would get it, in which size and colours.

The preview reads the first images of every class; all of them are read when a button says so, with progress, and any that is none is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QWidget

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.setting import Value
from nnlab.datasets.images import COLOR, FITTING, SIZES, form_of
from nnlab.files.starting_network import image_settings
from nnlab.images.idx import kind_of
from nnlab.images.images import ImageForm
from nnlab.images.preview import ImagePreview, preview
from nnlab.images.source import memory_needed, proposed_form, read_labelled
from nnlab.jobs.context import JobContext
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.table_import.image_preview import ImageRows
from nnlab.ui.table_import.page import ImportPage
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

FORM = (*SIZES, replace(COLOR, title="Colour"), FITTING)


@dataclass(frozen=True)
class _Seen:
    form: ImageForm
    preview: ImagePreview


class ImageImportDialog(ImportPage):
    """The page for images; `current` is how they are used already, None for new ones."""

    def __init__(
        self, theme: Theme, jobs: LiveJobs, path: Path, current: DataSettings | None = None, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        settings = current or DataSettings("images", {"path": str(path)})
        super().__init__(theme, jobs, path, settings, "Import images", parent)
        self.labels = str(settings.settings.get("labels", ""))
        self.form: ImageForm | None = None if current is None else form_of(current.settings)
        self.seen: ImagePreview | None = None
        self.rows = ImageRows(theme)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Images")
        area.setWidget(self.rows)
        self._left.addWidget(area, 1)
        self.image_title = Label(theme, "Images", "name")
        self.image_form = SettingsForm(theme, FORM)
        self.image_form.setAccessibleName("Size and colour of the images")
        self.image_form.committed.connect(self._on_form)
        self.image_form.setEnabled(False)
        self.labels_button = PressButton("Labels…")
        self.labels_button.setToolTip("Chooses the IDX file that holds the labels of these images")
        self.labels_button.setAutoDefault(False)
        self.labels_button.setVisible(kind_of(path) == "images")
        self.image_form.put_below(FITTING.name, self.labels_button)
        self.labels_button.clicked.connect(self._choose_labels)
        for widget in (self.image_title, self.image_form, self.split_title, self.split_form):
            self._side.addWidget(widget)
        self._side.addStretch(1)
        self._inset.append(self.image_title)
        follow(theme, self)
        self._look()

    @property
    def is_ready(self) -> bool:
        return self.seen is not None

    def _look(self) -> None:
        """Reads the first images of every class."""
        path, labels, wanted = self.path, self.labels, self.form

        def run(context: JobContext) -> _Seen:
            form = wanted or proposed_form(path, labels)
            context.check()
            return _Seen(form, preview(path, labels, form))

        self._say("")
        self.allow(False)
        self._start(f"Reading {path.name}", run, self._on_seen)

    def _on_seen(self, found: _Seen) -> None:
        self._job, self.form, self.seen = None, found.form, found.preview
        self.rows.show_images(found.preview)
        self.image_form.set_values(image_settings(self.path, self.labels, found.form))
        self.image_form.setEnabled(True)
        self.allow(True)
        self.about.setText(" · ".join([f"{count(found.preview.images)} images in {found.preview.classes} classes", *found.preview.notes]))
        self._sum_up()
        if self.cancel_button.hasFocus():
            self.import_button.setFocus()

    def _on_failed(self, sentence: str, detail: str) -> None:
        if self.seen is None:
            self.about.setText("")
        else:
            self._sum_up()
        super()._on_failed(sentence, detail)

    def _sum_up(self) -> None:
        assert self.form is not None and self.seen is not None
        megabytes = memory_needed(self.seen.images, self.form) / 1e6
        size = f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:,.1f} GB"
        self.summary.set_color("text")
        self.summary.setText(
            f"Predicts one of {self.seen.classes} classes from {count(self.form.numbers)} numbers; training takes about {size} of memory."
        )

    def _choose_labels(self) -> None:
        found, _ = QFileDialog.getOpenFileName(self, f"Labels of {self.path.name}", str(self.path.parent))
        if found:
            self.take_labels(found)

    def take_labels(self, path: str) -> None:
        """Reads the labels in another IDX file; "" takes the one beside the images."""
        self.labels, self.seen = path, None
        self._look()

    def _on_form(self, name: str, value: Value) -> None:
        if self.form is None:
            return
        changed = {"color": {"is_color": value == "rgb"}}.get(name, {name: value})
        self.form = replace(self.form, **changed)
        self._look()

    def take(self) -> None:
        if self.form is None or not self.import_button.isEnabled():
            return
        path, labels, form = self.path, self.labels, self.form
        settings = replace(self.settings, settings=image_settings(path, labels, form))
        self.allow(False)
        self._say("")

        def run(context: JobContext) -> tuple[DataSettings, Data]:
            read_labelled(path, labels, form, lambda done, total: context.report(done, total, "reading images"))
            return settings, prepare(settings)

        self._start(f"Reading {path.name}", run, self._on_prepared)
