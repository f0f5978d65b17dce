"""Every widget of the foundation, in both themes, as pictures to look at beside the mock-ups. Not a test: run it as a script.

    python tests/ui/gallery.py [--out FOLDER] [--scale 2] [--width 2560] [--fonts FOLDER] [--states]

`--fonts` loads font files of a folder first (Inter, say), to see the window in another typeface than this machine's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WORKSPACES = ("Build", "Train", "Step", "Approximate", "Compare", "LoRA", "Learn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "nnlab-gallery")
    parser.add_argument("--scale", type=int, default=1, help="device pixel ratio")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--interface-scale", type=float, default=1.0)
    parser.add_argument("--fonts", type=Path)
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = str(options.scale)

    from PySide6.QtGui import QFontDatabase
    from PySide6.QtWidgets import QApplication

    from nnlab.ui.look.theme import Theme

    application = QApplication([])
    for file in sorted(options.fonts.glob("*.?tf")) if options.fonts else []:
        QFontDatabase.addApplicationFont(str(file))
    theme = Theme(application)
    theme.set_window_width(options.width)
    theme.set_scale(options.interface_scale)
    options.out.mkdir(parents=True, exist_ok=True)
    family = theme.font("body").family().replace(" ", "").lower()
    for mode in ("dark", "light"):
        theme.set_mode(mode)  # type: ignore[arg-type]
        for name, widget in (("page", page(theme, options.width)), ("parts", parts(theme))):
            widget.show()
            application.processEvents()
            file = options.out / f"{name}-{mode}-{options.width}@{options.scale}-{family}.png"
            widget.grab().save(str(file))
            print(file)
            widget.hide()


def actions(theme):
    from PySide6.QtGui import QAction

    from nnlab.ui.look.icons import icon

    rows = (
        ("run.rewind", "Rewind to the first weights", "start", None, "Ctrl+Home"), ("step.back", "Step back", "back", None, "Shift+F10"),
        ("run.play", "Play or pause", "play", "pause", "Space"), ("run.step_iteration", "Step one iteration", "step", None, "Ctrl+F10"),
        ("run.step_epoch", "Step one epoch", "epoch", None, "Ctrl+Shift+F10"), ("file.open", "&Open…", "open", None, "Ctrl+O"),
        ("edit.undo", "Undo", "undo", None, "Ctrl+Z"), ("view.fit", "Fit the network into view", "fit", None, "F"),
        ("step.over", "Step over", "over", None, "F10"), ("step.into", "Step into", "into", None, "F11"),
        ("step.out", "Step out", "out", None, "Shift+F11"),
    )  # fmt: skip
    made = []
    for name, text, off, on, shortcut in rows:
        action = QAction(icon(theme, off, on), text)
        action.setObjectName(name)
        action.setShortcut(shortcut)
        action.setCheckable(on is not None)
        made.append(action)
    return made


def transport(theme, made, unavailable=None):
    from nnlab.ui.widgets.transport_bar import TransportBar

    bar = TransportBar(theme, made[:5], made[2])
    bar.set_counters(
        epoch=87, iteration=(4304, None), batch=(4, 50), batch_loss=0.4496, smoothed=0.1307, validation=0.2099, learning_rate=0.004
    )  # fmt: skip
    bar.set_counters(iterations_per_second=1240, frames_per_second=60)
    bar.speed.set_speed(500)
    bar.set_unavailable(unavailable)
    return bar


def inspector(theme):
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    from nnlab.core.setting import Setting
    from nnlab.ui.look.formula import FormulaLabel
    from nnlab.ui.widgets.histogram import Histogram
    from nnlab.ui.widgets.label import Label
    from nnlab.ui.widgets.panel import Panel
    from nnlab.ui.widgets.settings_form import SettingsForm
    from nnlab.ui.widgets.sparkline import Sparkline
    from nnlab.ui.widgets.value_row import ValueRow

    random = np.random.default_rng(4)
    panel = Panel(theme, "dense_2")
    form = SettingsForm(theme, (
        Setting("units", 8, "Units", "Neurons of this layer", minimum=1, maximum=65536),
        Setting("init", "xavier_uniform", "Initialiser", "How W starts", choices=("xavier_uniform", "he", "normal", "zeros")),
        Setting("learning_rate", 1e-3, "Learning rate", "Step size", minimum=0.0, maximum=1e3, logarithmic=True),
        Setting("noise", 0.1, "Noise", "Spread of the points", minimum=0.0, maximum=0.5),
        Setting("l2", 0.0, "L2 penalty", "Pulls weights to zero", minimum=0.0),
        Setting("bias", True, "Bias", "Adds b"), Setting("trainable", False, "Trainable", "Whether updates change it"),
    ))  # fmt: skip
    form.editor("l2").refused.emit("l2 is -1; it must be at least 0.")
    body = QWidget()
    column = QVBoxLayout(body)
    pad = theme.metrics.padding
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(form)
    values = QWidget()
    rows = QVBoxLayout(values)
    rows.setContentsMargins(pad, 8, pad, 8)
    rows.setSpacing(0)
    rows.addWidget(Label(theme, "At iteration 4,304", "caption", "text2"))
    shown = {"Weight norm": "9.383", "Gradient norm": "0.8519", "Update / weight": "4.87e−4", "Saturated": "11.1\u00a0%"}
    for label, text in shown.items():
        row = ValueRow(theme, label)
        row.set_text(text)
        rows.addWidget(row)
    rows.addSpacing(8)
    rows.addWidget(Label(theme, "Gradient norm, last 60 iterations", "caption", "text2"))
    spark = Sparkline(theme, "Gradient norm")
    spark.set_values(np.abs(random.normal(size=60)) + 0.2)
    rows.addWidget(spark)
    rows.addWidget(Label(theme, "Weights", "caption", "text2"))
    histogram = Histogram(theme, "Weights")
    histogram.set_values(random.normal(0.2, 1.1, 72))
    rows.addWidget(histogram)
    rows.addWidget(Label(theme, "Formula", "caption", "text2"))
    rows.addWidget(FormulaLabel(theme, r"a = \max(0,\, W x + b)", "formula_chain"))
    column.addWidget(values)
    column.addStretch(1)
    panel.set_content(body)
    panel.setFixedWidth(theme.metrics.inspector)
    return panel


def page(theme, width):
    from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

    from nnlab.ui.look.formula import FormulaLabel
    from nnlab.ui.widgets.command_palette import CommandPalette
    from nnlab.ui.widgets.message_bar import MessageBar
    from nnlab.ui.widgets.panel import Panel
    from nnlab.ui.widgets.search_field import SearchField
    from nnlab.ui.widgets.segmented import Segmented
    from nnlab.ui.widgets.top_bar import TopBar, WorkspaceTab

    window = QWidget()
    window.resize(width, width * 800 // 1280)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    top = TopBar(theme, [WorkspaceTab(name.lower(), name) for name in WORKSPACES])
    top.choose_workspace("train")
    top.set_document("two spirals", True)
    message = MessageBar(theme)
    message.show_warning("dense_1: neuron 6 is almost constant.")
    message.show_error("4 logits for a target of 3 classes; cross_entropy needs one logit per class.", "Set 3 units")
    column.addWidget(top)
    column.addWidget(message)
    middle = QHBoxLayout()
    middle.setSpacing(1)
    palette = QWidget()
    palette.setFixedWidth(theme.metrics.palette)
    left = QVBoxLayout(palette)
    left.setContentsMargins(12, 8, 12, 8)
    left.addWidget(SearchField(theme, "Search", "Tab"))
    left.addStretch(1)
    middle.addWidget(palette)
    loss = Panel(theme, "Loss", "The loss of every iteration appears here. Press Space to train.")
    loss.add_option(Segmented(theme, ["log", "Plateau"]))
    step = Panel(theme, "Chain of a weight")
    step.add_option(Segmented(theme, ["Weights", "Gradients", "Activations"]))
    body = QWidget()
    rows = QVBoxLayout(body)
    text = r"\frac{\partial L}{\partial w_{41}} = \frac{\partial L}{\partial z^{(3)}}"
    text += r"\left[\sum_j w_j^{(3)}(1-a_j^2)\, w_{j4}^{(2)}\right](1-a_4^2)\, x_1"
    for size in ("formula_chain", "formula"):
        rows.addWidget(FormulaLabel(theme, text, size))
    rows.addStretch(1)
    step.set_content(body)
    docks = QVBoxLayout()
    docks.setSpacing(1)
    docks.addWidget(step, 1)
    docks.addWidget(loss, 1)
    middle.addLayout(docks, 1)
    middle.addWidget(inspector(theme))
    column.addLayout(middle, 1)
    made = actions(theme)
    made[2].setChecked(True)
    column.addWidget(transport(theme, made))
    window.kept = [made, CommandPalette(theme, window, made)]
    window.kept[1].open_palette()
    window.kept[1].field.setText("step")
    return window


def parts(theme):
    """States the page does not show: disabled, focused, unavailable, refused."""
    from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

    from nnlab.core.setting import Setting
    from nnlab.ui.widgets.check import Check
    from nnlab.ui.widgets.settings_form import SettingsForm
    from nnlab.ui.widgets.slider import Slider

    window = QWidget()
    window.resize(820, 520)
    column = QVBoxLayout(window)
    made = actions(theme)
    for action in made[:5]:
        action.setEnabled(False)
    column.addWidget(transport(theme, made, "Training waits for 1 error in dense_3"))
    again = actions(theme)
    narrow = transport(theme, again)
    column.addWidget(narrow)
    form = SettingsForm(theme, (
        Setting("units", 8, "Units", "", minimum=1, maximum=64),
        Setting("rate", 0.01, "Learning rate", "", minimum=1e-6, maximum=1.0, logarithmic=True),
        Setting("init", "he", "Initialiser", "", choices=("he", "normal")), Setting("bias", True, "Bias"),
    ))  # fmt: skip
    form.setEnabled(False)
    column.addWidget(form)
    for widget in (Check(theme, "Shuffle"), Slider(theme, "Split"), QPushButton("Set 3 units"), QPushButton("Use He")):
        column.addWidget(widget)
    window.kept = [made, again, form]
    narrow.button(again[2]).setFocus()
    return window


if __name__ == "__main__":
    main()
