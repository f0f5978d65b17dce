"""What is to be approximated: the row of the target follows the document, and what is typed, drawn or chosen in it edits the document."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from nnlab.core.dataset import datasets
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.core.setting import Setting
from nnlab.studies.approximation.targets import SURFACES, TARGETS, TargetFormula
from nnlab.training.domain import domain
from nnlab.ui.approximation.library_popup import LibraryPicture, LibraryPopup
from nnlab.ui.approximation.target_row import TargetRow
from nnlab.ui.document.data_edits import chosen, with_data
from nnlab.ui.document.document import Document
from nnlab.ui.files.dialogs import TABLE_FILTER
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.session import LiveSession


def setting_of(dataset: str, name: str) -> Setting:
    return next(setting for setting in datasets[dataset].settings if setting.name == name)


class TargetEditor(QObject):
    """Owns the row. Every edit adapts the network to its data in the same undoable step; a refused one is said under its field."""

    def __init__(self, theme: Theme, document: Document, session: LiveSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._document, self._session = theme, document, session
        self.row = row = TargetRow(theme, setting_of("function", "samples"), setting_of("function", "noise"))
        row.formula.typed.connect(self.use_formula)
        row.domain.typed.connect(self.use_domain)
        row.samples.committed.connect(self._use_samples)
        row.noise.committed.connect(self._use_noise)
        row.dimensions.chosen.connect(self._use_dimensions)
        row.library.clicked.connect(self.open_library)
        row.table.clicked.connect(self.open_table)
        for signal in (document.data_changed, document.replaced, session.state_changed):
            signal.connect(self.follow)
        self.follow()

    @property
    def dimensions(self) -> int:
        data = self._session.data
        return 2 if self._settings.name == "surface" or (data is not None and len(data.raw_features) == 2) else 1

    @property
    def _settings(self) -> DataSettings:
        return self._document.project.data

    def _value(self, name: str) -> object:
        settings = self._settings
        default = next((setting.default for setting in datasets[settings.name].settings if setting.name == name), None)
        return settings.settings.get(name, default)

    def follow(self) -> None:
        """The row says what the document's data are."""
        settings, row = self._settings, self.row
        if settings.name not in datasets:
            return
        formula = self._value("formula")
        row.show_formula(str(formula) if formula is not None else None, f"{datasets[settings.name].title}: type a formula", self.dimensions)
        names = {setting.name for setting in datasets[settings.name].settings}
        low, high = self._interval()
        if low is not None and high is not None:
            row.domain.show_interval(low, high)
        row.domain.setEnabled({"start", "end"} <= names or "x_start" in names)
        for field, name in ((row.samples, "samples"), (row.noise, "noise")):
            field.setEnabled(name in names)
            if name in names:
                field.set_value(self._value(name))  # type: ignore[arg-type]  # a setting's value

    def _interval(self) -> tuple[float | None, float | None]:
        for low, high in (("start", "end"), ("x_start", "x_end")):
            ends = self._value(low), self._value(high)
            if isinstance(ends[0], (int, float)) and isinstance(ends[1], (int, float)):
                return float(ends[0]), float(ends[1])
        data = self._session.data
        return domain(data)[0] if data is not None else (None, None)

    def use_formula(self, text: str) -> None:
        """Another target: what is there now stays with its domain, samples and noise."""
        name = "surface" if self.dimensions == 2 else "function"
        kept = self._kept(name)
        self._edit("Target", replace(self._base(name), settings={**kept, "formula": text}), self.row.formula)

    def _base(self, name: str) -> DataSettings:
        settings = self._settings
        return settings if settings.name == name else chosen(settings, datasets[name])

    def _kept(self, name: str) -> dict[str, bool | int | float | str]:
        """Those settings of the present target that another one has, too."""
        names = {setting.name for setting in datasets[name].settings}
        return {key: value for key, value in self._settings.settings.items() if key in names}

    def use_domain(self, low: float, high: float) -> None:
        names = {setting.name for setting in datasets[self._settings.name].settings}
        ends = {"start": low, "end": high} if "start" in names else {"x_start": low, "x_end": high, "y_start": low, "y_end": high}
        self._change("Domain", **ends)

    def _use_samples(self, value: object) -> None:
        self._change("Samples", samples=int(value))  # type: ignore[call-overload]  # the field holds a whole number

    def _use_noise(self, value: object) -> None:
        self._change("Noise", noise=float(value))  # type: ignore[arg-type]  # the field holds a number

    def _change(self, label: str, **values: bool | int | float | str) -> None:
        settings = self._settings
        self._edit(label, replace(settings, settings={**settings.settings, **values}), self.row.domain)

    def _use_dimensions(self, chosen_name: str) -> None:
        entries = SURFACES if chosen_name == "2" else TARGETS
        if str(self.dimensions) != chosen_name:
            self.use_target(entries[0])

    def use_target(self, target: TargetFormula) -> None:
        """A target of the library, on its own domain; samples, noise and seed stay as they are."""
        found = target.data()
        kept = {key: value for key, value in self._settings.settings.items() if key in ("samples", "noise") and key in found.settings}
        seed, share = self._settings.seed, self._settings.validation_share
        self._edit(
            f"Target {target.title}",
            replace(found, settings={**found.settings, **kept}, seed=seed, validation_share=share),
            self.row.formula,
        )

    def use_drawing(self, text: str) -> None:
        """What was drawn with the mouse becomes the target."""
        kept = self._kept("drawn")
        self._edit("Draw the target", replace(self._base("drawn"), settings={**kept, "points": text}), self.row.draw)

    def open_library(self) -> None:
        entries = SURFACES if self.dimensions == 2 else TARGETS
        formula = str(self._value("formula") or "")
        pictures = [
            LibraryPicture(target.title, target.title, f"{target.sentence}\n{target.formula}", thumbnail(target)) for target in entries
        ]
        current = next((target.title for target in entries if target.formula == formula), "")
        popup = LibraryPopup(self._theme, pictures, current, self.row)
        popup.chosen.connect(self._take_from_library)
        popup.open_below(self.row.library)

    def _take_from_library(self, title: str) -> None:
        self.use_target(next(target for target in (*TARGETS, *SURFACES) if target.title == title))

    def open_table(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.row, "Two columns of a table", "", TABLE_FILTER)
        if path:
            self.use_table(path)

    def use_table(self, path: str) -> None:
        """The first column of a table is x, the last one the target; the data panel has the choice of others."""
        settings = replace(chosen(self._settings, datasets["table"]), settings={"path": path})
        self._edit("Open table", settings, self.row.table)

    def _edit(self, label: str, settings: DataSettings, field: QWidget) -> None:
        """Changes the data in one undoable step, or says under the field why not."""
        try:
            project, _ = with_data(self._document.project, settings, self._session.data)
        except NNLabError as error:
            self.row.sentence.say(str(error), field)
            return
        self.row.sentence.say("", field)
        self._document.edit(label, project)


def thumbnail(target: TargetFormula, points: int = 160, side: int = 40) -> np.ndarray:
    """What the library shows of a target."""
    if len(target.domain) == 1:
        ((low, high),) = target.domain
        return target.values(np.linspace(low, high, points).reshape(-1, 1)).reshape(-1)
    (x0, x1), (y0, y1) = target.domain
    xs, ys = np.meshgrid(np.linspace(x0, x1, side), np.linspace(y0, y1, side))
    return target.values(np.stack([xs.ravel(), ys.ravel()], axis=1)).reshape(side, side)
