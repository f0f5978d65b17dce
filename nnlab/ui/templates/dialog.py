"""New from template: a list of well-known networks, the settings of the chosen one, and the network it makes, drawn while one types.

The line at the top takes sizes (`2-8-8-1 tanh`), an address of TensorFlow Playground, or a name; the arrow keys walk through the list
without leaving it, Enter takes what is shown. Nothing is changed until a button says so: the dialog answers with a `Made` and whether
it is meant for the present project or a new one.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnlab.core.dataset import datasets
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, prepare
from nnlab.core.setting import Value
from nnlab.files.network_text import ADDRESS, GRAPH, PROJECT
from nnlab.files.project import Project
from nnlab.templates.template import Made, Template, fresh_training, make, ordered, templates
from nnlab.ui.look.glyphs import Glyph, symbol
from nnlab.ui.look.icons import glyph_icon
from nnlab.ui.look.numbers import count
from nnlab.ui.look.operator_glyph import operator_glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.templates.preview import GraphPreview
from nnlab.ui.templates.typed import Typed, interpret
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.dialog_size import take_room
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.search_field import SearchField
from nnlab.ui.widgets.settings_form import SettingsForm

PLACEHOLDER = "2-8-8-1 tanh, a TensorFlow Playground address, or a name"
SIZE = (1120, 700)
DELAY = 40  # milliseconds from a keystroke to the picture
PASTED = {  # title and sentence by the kind of text
    ADDRESS: ("TensorFlow Playground", "The network, data, seed and settings of the address; NN Lab draws its own random numbers."),
    PROJECT: ("Pasted project", "The network of the text with the data and settings that come with it."),
    GRAPH: ("Pasted network", "The network of the text, on the current data."),
}
_GLYPHS = {"residual_mlp": "add", "convnet": "conv2d", "attention": "matmul", "logistic_regression": "sigmoid", "mlp": "dense"}  # operators
_SYMBOLS = {"autoencoder": "timer-sand", "lora_mlp": "snowflake"}
_OTHER = "graph-outline"


def template_glyph(name: str) -> Glyph:
    """What stands for a template in the list: the drawing of the operator it is about, or a symbol."""
    return operator_glyph(_GLYPHS[name]) if name in _GLYPHS else symbol(_SYMBOLS.get(name, _OTHER))


class TemplateDialog(QDialog):
    """`offer` is what the buttons would take; after `exec`, `answer` is it, or None, and `as_new` whether for a new project.

    `project` is the present one, `data` its samples where they can be read.
    """

    def __init__(self, theme: Theme, project: Project, data: Data | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._project, self._data = theme, project, data
        self._values: dict[str, dict[str, Value]] = {template.name: {} for template in templates}  # as left, by template
        self._template: Template | None = None
        self._pasted: Made | None = None
        self.offer: Made | None = None
        self.answer: Made | None = None
        self.as_new = False
        self._later = QTimer(self, singleShot=True, interval=DELAY)
        self._later.timeout.connect(self.refresh)
        self.setWindowTitle("New from template")
        self._make_parts()
        self._lay_out()
        follow(theme, self)
        self.list.setCurrentRow(0)
        self.field.setFocus()

    # Parts

    def _make_parts(self) -> None:
        theme = self._theme
        self.field = SearchField(theme, PLACEHOLDER, name="Sizes, address or name")
        self.field.textChanged.connect(self._on_typed)
        self.field.moved.connect(self._move)
        self.field.accepted.connect(self.take)
        self.field.left.connect(self.reject)
        self.problem = ElidedLabel(theme, "", "caption", "error")
        self.list = QListWidget()
        self.list.setAccessibleName("Templates")
        for template in ordered():
            item = QListWidgetItem(QIcon(glyph_icon(theme, template_glyph(template.name), color="text2")), template.title)
            item.setData(Qt.ItemDataRole.UserRole, template.name)
            item.setToolTip(template.description)
            self.list.addItem(item)
        self.list.currentRowChanged.connect(self._on_chosen)
        self.title = Label(theme, "", "title")
        self.description = Label(theme, "", "body", "text2")
        self.description.setWordWrap(True)
        self.form: SettingsForm | None = None
        self._form_area = QScrollArea()
        self._form_area.setWidgetResizable(True)
        self._form_area.setFrameShape(QFrame.Shape.NoFrame)
        self.preview = GraphPreview(theme)
        self.summary = ElidedLabel(theme, "", "name")
        self.note = Label(theme, "", "caption", "text2")
        self.note.setWordWrap(True)
        self.replace_button = PressButton("&Replace network" if len(self._project.graph) else "&Use here")
        self.replace_button.setToolTip("Replaces the current network; can be undone")
        self.replace_button.clicked.connect(self.take)
        self.new_button = PressButton("&New project")
        self.new_button.setToolTip("Starts a new project with this network")
        self.new_button.clicked.connect(lambda: self.take(as_new=True))
        self.cancel_button = PressButton("Cancel")
        self.cancel_button.clicked.connect(self.reject)
        for button in (self.new_button, self.cancel_button):
            button.setAutoDefault(False)
        self.replace_button.setDefault(True)

    def _lay_out(self) -> None:
        self._details, self._head, self._foot = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.description)
        self._foot.addWidget(self.summary)
        self._foot.addWidget(self.note)
        self._details.addLayout(self._head)
        self._details.addWidget(self._form_area)
        self._details.addWidget(self.preview, 1)
        self._details.addLayout(self._foot)
        self._middle = QHBoxLayout()
        self._middle.addWidget(self.list)
        self._middle.addLayout(self._details, 1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        for button in (self.cancel_button, self.new_button, self.replace_button):
            self._buttons.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.field)
        self._column.addWidget(self.problem)
        self._column.addLayout(self._middle, 1)
        self._column.addLayout(self._buttons)
        self.setTabOrder(self.field, self.list)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        px, padding, grid = metrics.px, metrics.padding, metrics.grid
        take_room(self, self._column, metrics, SIZE)
        self._middle.setSpacing(padding)
        self._details.setSpacing(grid)
        self._buttons.setSpacing(grid)
        for part in (self._head, self._foot):  # in line with the form's own labels
            part.setContentsMargins(padding, 0, padding, 0)
            part.setSpacing(px(4))
        self.problem.setFixedHeight(px(18))
        self.list.setFixedWidth(px(196))
        self.list.setIconSize(QSize(metrics.icon, metrics.icon))
        self.list.setSpacing(0)
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(0, px(36)))
        self.preview.setMinimumHeight(px(48))
        self._fit_form()

    def _fit_form(self) -> None:
        """The form is as high as its rows, and scrolls where the dialog is too low for them."""
        form = self.form
        rows = form.sizeHint().height() if form is not None else 0
        self._form_area.setVisible(form is not None)
        self._form_area.setMaximumHeight(rows)
        self._form_area.setMinimumHeight(min(rows, self._theme.metrics.px(64)))

    # What is chosen

    @property
    def template(self) -> Template | None:
        """The template shown; None while a pasted network is."""
        return self._template

    def choose(self, name: str, settings: dict[str, Value] | None = None) -> None:
        """Shows a template, with some of its settings changed."""
        template = templates[name]
        self._pasted = None
        self._values[name].update(settings or {})
        if template is not self._template:
            self._template = template
            self._show_form(template)
            self._mark(template)
        elif self.form is not None:
            self.form.set_values(self._values[name])
        self.title.setText(template.title)
        self.description.setText(template.description)
        self._later.start()

    def _show_form(self, template: Template) -> None:
        if self.form is not None:
            self.form.retire()
        self.form = SettingsForm(self._theme, template.settings, self._values[template.name])
        self.form.previewed.connect(self._on_setting)
        self.form.committed.connect(self._on_setting)
        self._form_area.setWidget(self.form)
        self._fit_form()

    def _mark(self, template: Template | None) -> None:
        """Marks a template in the list without choosing it again."""
        self.list.blockSignals(True)
        names = [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]
        self.list.setCurrentRow(names.index(template.name) if template is not None else -1)
        self.list.blockSignals(False)

    def _on_chosen(self, row: int) -> None:
        if row < 0:
            return
        if self._pasted is not None or self.field.text():
            self.field.blockSignals(True)  # the list has the last word
            self.field.clear()
            self.field.blockSignals(False)
            self._show_problem("")
        self.choose(self.list.item(row).data(Qt.ItemDataRole.UserRole))

    def _on_setting(self, name: str, value: Value) -> None:
        if self._template is not None:
            self._values[self._template.name][name] = value
            self._later.start()

    def _move(self, steps: int) -> None:
        rows = self.list.count()
        row = max(self.list.currentRow(), 0) + (steps if abs(steps) == 1 else rows * steps)
        self.list.setCurrentRow(min(max(row, 0), rows - 1))

    def _on_typed(self, text: str) -> None:
        typed = interpret(text, ordered(), templates["mlp"], self._project, self._data)
        self._show_problem(typed.problem)
        if typed.made is not None:
            self._show_pasted(typed.made, typed.kind)
        elif typed.template is not None:
            self.choose(typed.template.name, dict(typed.settings or {}))
        elif self._pasted is not None:
            self.choose(ordered()[0].name)
        self._allow(typed)

    def _show_pasted(self, made: Made, kind: str) -> None:
        self._pasted, self._template = made, None
        if self.form is not None:
            self.form.retire()
            self.form = None
        self._mark(None)
        self._fit_form()
        title, sentence = PASTED[kind]
        self.title.setText(title)
        self.description.setText(sentence)
        self._later.start()

    def _show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.field.setProperty("invalid", bool(sentence))
        self.field.style().polish(self.field)

    # What it makes

    def refresh(self) -> None:
        """Makes and draws the network as it is chosen now; a problem is said below the picture and disables the buttons."""
        self._later.stop()
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # the first real data set loads a library for a second
        try:
            self.offer, sentence = self._make(), ""
            data = self._data_of(self.offer)
        except NNLabError as error:
            self.offer, sentence = None, str(error)
        finally:
            QGuiApplication.restoreOverrideCursor()
        if self.offer is not None:
            self._describe(self.offer, data)
        else:
            self.summary.setText("")
            self._say(sentence, "error")
        self._allow()

    def _make(self) -> Made:
        if self._pasted is not None:
            return self._pasted
        assert self._template is not None
        return make(self._template, self._values[self._template.name], self._project, self._data)

    def _data_of(self, made: Made) -> Data | None:
        """The samples the network is for."""
        return self._data if made.project.data == self._project.data else prepare(made.project.data)

    def _describe(self, made: Made, data: Data | None) -> None:
        title = datasets[made.project.data.name].title
        numbers = made.parameters
        self.preview.show_graph(made.project.graph, title, data)
        self.summary.setText(f"{made.label} · {count(numbers)} parameter{'' if numbers == 1 else 's'} · {title}")
        brought = f"{made.reason} “{title}” comes with it." if made.reason else ""
        self._say(" ".join(part for part in (brought, made.remark) if part), "text2")

    def _say(self, sentence: str, color: str) -> None:
        self.note.set_color(color)
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def _allow(self, typed: Typed | None = None) -> None:
        """The buttons take what is shown, unless the line at the top says something else."""
        is_right = self.offer is not None and not self.problem.text() and not (typed is not None and typed.is_unfinished)
        self.replace_button.setEnabled(is_right)
        self.new_button.setEnabled(is_right)

    def take(self, as_new: bool = False) -> None:
        """Answers with what is shown; a line that is still being typed is read to its end first."""
        if self._later.isActive():
            self.refresh()
        if not self.replace_button.isEnabled() or self.offer is None:
            return
        self.answer, self.as_new = self.offer, as_new
        if as_new and self._pasted is None and self.offer.project.data == self._project.data:
            project = replace(self.offer.project, training=fresh_training(self.offer.project, self._data))
            self.answer = replace(self.offer, project=project)
        self.accept()
