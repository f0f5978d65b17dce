"""The neuron itself: a row for every input, input × weight = product, the blocks of the sum beside them, formula and sentence below."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.explanation import sum_of
from nnlab.core.tensor import Index
from nnlab.studies.neuron import Activated, NeuronSum, curve
from nnlab.ui.look.formula import FormulaLabel
from nnlab.ui.look.numbers import MINUS, fixed, number, short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.neuron.drag_number import DragNumber
from nnlab.ui.neuron.forms import BIAS, WEIGHT, X, Z
from nnlab.ui.neuron.laboratory import MOST_INPUTS, OWN, Laboratory
from nnlab.ui.neuron.product_plot import ProductPlot
from nnlab.ui.neuron.sum_plot import NeuronPicture, NeuronSumPlot, ends
from nnlab.ui.widgets.label import Label

LOW = 590  # pixels of height below which formulas are left out but for the result
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class _Row:
    """One input, or the bias: the widgets of its row."""

    def __init__(self, theme: Theme, grid: QGridLayout, row: int, is_bias: bool) -> None:
        self.input = DragNumber(theme, "", 3.0)
        self.weight = DragNumber(theme, "")
        self.times = Label(theme, "×", "counter", "text2")
        self.equals = Label(theme, "=", "counter", "text2")
        self.product = Label(theme, "", "number")
        self.is_bias = is_bias
        self.parts: tuple[QWidget, ...] = (self.input, self.times, self.weight, self.equals, self.product)
        for column, part in enumerate(self.parts):
            grid.addWidget(part, row, column)
        self.others = Label(theme, "", "body", "text2")
        grid.addWidget(self.others, row, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def set_visible(self, visible: bool, has_input: bool = True) -> None:
        for part in self.parts:
            part.setVisible(visible)
        self.others.setVisible(False)
        self.input.setVisible(visible and has_input)
        self.times.setVisible(visible and has_input)


class NeuronPage(QWidget):
    """Follows a `Laboratory`. With `set_product` one product is looked at alone."""

    refused = Signal(str)

    def __init__(self, theme: Theme, lab: Laboratory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._lab = theme, lab
        self._only: int | None = None
        self._grid = QGridLayout()
        self.heads = [Label(theme, text, "caption", "text2") for text in ("input", "", "weight", "", "product")]
        for column, head in enumerate(self.heads):
            self._grid.addWidget(head, 0, column)
        self.rows = [_Row(theme, self._grid, k + 1, k == MOST_INPUTS) for k in range(MOST_INPUTS + 1)]
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(2, 3)
        for k, row in enumerate(self.rows):
            row.input.moved.connect(lambda value, gesture, k=k: self._set_input(k, value, gesture))
            row.weight.moved.connect(lambda value, gesture, k=k: self._set_weight(k, value, gesture))
            row.input.refused.connect(self.refused)
            row.weight.refused.connect(self.refused)
        self.formula = FormulaLabel(theme, "", "number")
        self.numbers = Label(theme, "", "counter")
        self.terms = Label(theme, "", "counter", "text2")
        for label in (self.numbers, self.terms):
            label.setWordWrap(True)
        self.result = Label(theme, "", "result")
        self.words = Label(theme, "", "body")
        self.words.setWordWrap(True)
        self.plot = NeuronSumPlot(theme)
        self.area = ProductPlot(theme)
        self._arrange()
        lab.changed.connect(self.refresh)
        follow(theme, self)

    def _arrange(self) -> None:
        self._left = QVBoxLayout()
        self._left.addLayout(self._grid)
        self._left.addSpacing(10)
        for part in (self.formula, self.numbers, self.terms, self.result, self.words):
            self._left.addWidget(part)
        self._left.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._left, 10)
        self._row.addWidget(self.plot, 9)
        self._row.addWidget(self.area, 9)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.padding * 2, 0, metrics.grid, metrics.grid)
        self._row.setSpacing(metrics.padding)
        self._grid.setHorizontalSpacing(metrics.px(12))
        self._grid.setVerticalSpacing(metrics.px(6))
        self._left.setSpacing(metrics.px(9))
        self._follow_rows()

    def set_product(self, is_alone: bool) -> None:
        """Only one product as an area, that of the row with the keyboard; or the whole neuron."""
        focused = next((k for k, row in enumerate(self.rows[:-1]) if row.input.hasFocus() or row.weight.hasFocus()), 0)
        self._only = min(focused, len(self._lab.groups) - 1) if is_alone else None
        self.refresh()

    @property
    def cells(self) -> dict[tuple[str, Index], QRectF]:
        """Where the numbers stand that have a row of their own, by tensor and index as matrices name them."""
        lab = self._lab
        found: dict[tuple[str, Index], QRectF] = {}
        sample, unit = lab.sample, lab.unit
        for group, row in zip(lab.groups, self.rows, strict=False):
            if len(group) == 1 and row.weight.isVisible():
                found[X, (sample, group[0])] = self._rect_of(row.input)
                found[WEIGHT, (unit, group[0])] = self._rect_of(row.weight)
        if self.rows[-1].weight.isVisible():
            found[BIAS, (unit,)] = self._rect_of(self.rows[-1].weight)
        found[Z, (sample, unit)] = self._rect_of(self.result)
        return found

    def _rect_of(self, part: QWidget) -> QRectF:
        return QRectF(QRect(part.mapTo(self, QPoint(0, 0)), part.size()))

    # Changing

    def _set_input(self, row: int, value: float, gesture: str) -> None:
        self._lab.set_input(self._lab.groups[row][0], value, gesture)

    def _set_weight(self, row: int, value: float, gesture: str) -> None:
        place = self._lab.numbers.x.shape[1] if self.rows[row].is_bias else self._lab.groups[row][0]
        self._lab.set_weight(place, value, gesture)

    # Showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self.rows[0].input.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Everything again from the laboratory's numbers, while it is seen."""
        if not self.isVisible():
            return
        lab = self._lab
        numbers, groups, found = lab.numbers, lab.groups, lab.sum()
        x, weight = numbers.x[lab.sample], numbers.weight[lab.unit]
        for k, row in enumerate(self.rows[:-1]):
            is_there = k < len(groups) and self._only in (None, k)
            is_group = is_there and len(groups[k]) > 1
            row.set_visible(is_there, not is_group)
            if not is_there:
                continue
            row.weight.setVisible(not is_group)
            place = groups[k][0]
            row.input.show_value(float(x[place]), self._name(place), f"x{_sub(place)}")
            row.weight.show_value(float(weight[place]), f"w{_sub(place)}")
            row.product.setText(_product(found.products[k]))
            row.others.setText(f"{len(groups[k])} others")
            row.others.setVisible(is_group)
            row.product.set_color(_color(float(found.products[k])))
        bias = self.rows[-1]
        bias.set_visible(numbers.bias is not None and self._only is None, False)
        bias.weight.show_value(float(numbers.biases[lab.unit]), "b, bias", "b")
        bias.product.setText(_product(numbers.biases[lab.unit]))
        bias.product.set_color(_color(float(numbers.biases[lab.unit])))
        self._write(found)
        self._draw(found)
        if self._only is not None:
            place = groups[self._only][0]
            names = (self._name(place), f"w{_sub(place)}")
            self.area.show_product(float(x[place]), float(weight[place]), float(found.products[self._only]), names)
        self._fit()

    def _name(self, place: int) -> str:
        names = self._lab.numbers.names
        return f"x{_sub(place)}" if place >= len(names) or names[place] == f"x{place + 1}" else names[place]

    def _write(self, found: NeuronSum) -> None:
        lab = self._lab
        numbers, groups = lab.numbers, lab.groups
        x, weight = numbers.x[lab.sample], numbers.weight[lab.unit]
        shown = [g[0] for g in groups if len(g) == 1][:4] if self._only is None else [groups[self._only][0]]
        is_whole = self._only is None and len(shown) == numbers.x.shape[1]
        bias = [short(float(numbers.biases[lab.unit]))] if numbers.bias is not None and self._only is None else []
        dots = [] if is_whole or self._only is not None else ["…"]
        symbols = [f"x_{{{k + 1}}} w_{{{k + 1}}}" for k in shown] + [r"\dots" for _ in dots] + (["b"] if bias else [])
        products = [short(float(p), 3) for p, g in zip(found.products, groups, strict=True) if g[0] in shown and len(g) == 1]
        self.formula.set_text(f"z = {sum_of(symbols)}" if self._only is None else symbols[0])
        written = [f"{short(float(x[k]))} · {_bracketed(short(float(weight[k])))}" for k in shown]
        self.numbers.setText(f"= {_added([*written, *dots, *bias])}")
        self.terms.setText(f"= {_added([*products, *dots, *bias])}" if self._only is None else "")
        result = found.z if self._only is None else float(found.products[self._only])
        self.result.setText(f"= {number(result)}")
        self.result.set_color(_color(result))
        activation = self._activation(found.z)
        words = [_words(self._name(shown[0]), f"w{_sub(shown[0])}", x[shown[0]], weight[shown[0]])] if self._only is not None else [
            sum_words(lab), activation.words
        ]  # fmt: skip
        if lab.inputs_are_tried and self._only is None:
            words.append(f"The inputs come from the layer before: what is set here is tried on {lab.source} alone.")
        elif lab.source == OWN:
            words.append("These numbers belong to no network.")
        self.words.setText(" ".join(words))

    def _activation(self, z: float) -> Activated:
        return next(a for a in self._lab.activations(z) if a.name == self._lab.numbers.activation)

    def _draw(self, found: NeuronSum) -> None:
        numbers, activation = self._lab.numbers, self._activation(found.z)
        low, high = ends(found.sums)
        z, y = curve(activation.name, numbers.settings, low, high)
        sums = found.sums if numbers.bias is not None else found.sums[:-1]
        title = activation.title if activation.name != "identity" else "identity"
        self.plot.show_picture(NeuronPicture(sums, found.z, activation.y, title, low, high, z, y))

    # Fitting

    def _fit(self) -> None:
        is_low = self.height() < self._theme.metrics.px(LOW) or len(self._lab.groups) > 4
        self.numbers.setVisible(not is_low)
        self.terms.setVisible(not is_low and self._only is None)
        self.plot.setVisible(self._only is None)
        self.area.setVisible(self._only is not None)
        QTimer.singleShot(0, self, self._follow_rows)  # once the layout has put them in their places

    def _follow_rows(self) -> None:
        shown = [row for row in self.rows if row.weight.isVisible() or row.product.isVisible()]
        self.plot.set_rows([float(row.product.mapTo(self, QPoint(0, row.product.height() // 2)).y() - self.plot.y()) for row in shown])


def sum_words(lab: Laboratory) -> str:
    """Which product decides the sum, and by which signs."""
    numbers = lab.numbers
    x, weight = numbers.x[lab.sample], numbers.weight[lab.unit]
    found = lab.sum()
    singles = [(k, g[0]) for k, g in enumerate(lab.groups) if len(g) == 1]
    row, place = max(singles, key=lambda pair: abs(float(found.products[pair[0]])))
    product = float(found.products[row])
    if product == 0.0:
        return "Every product is 0, so the sum is the bias alone."
    way = "up" if product > 0 else "down"
    alike = {(True, True): "Plus times plus", (False, False): "Minus times minus"}
    signs = alike.get((bool(x[place] > 0), bool(weight[place] > 0)), "Unlike signs")
    return f"{signs}: x{_sub(place)} and w{_sub(place)} together push the sum {way} the most."


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith(MINUS) else text


def _added(terms: list[str]) -> str:
    """Terms joined by plus, a negative one in brackets, but for the first."""
    return " + ".join([terms[0], *(_bracketed(term) for term in terms[1:])])


def _words(x_name: str, w_name: str, x: float, w: float) -> str:
    if x == 0 or w == 0:
        return f"One of the two is 0, so {x_name} does not count, whatever the other is."
    if (x > 0) == (w > 0):
        return f"{x_name} and {w_name} have the same sign, so the product is positive."
    return f"{x_name} and {w_name} have unlike signs, so the product is negative."


def _product(value: float) -> str:
    return fixed(float(value), 2) if 0.005 <= abs(value) < 1000 else number(float(value), 3)


def _color(value: float) -> str:
    return "pos" if value > 0 else "neg" if value < 0 else "text"


def _sub(place: int) -> str:
    return str(place + 1).translate(_SUBSCRIPTS)
