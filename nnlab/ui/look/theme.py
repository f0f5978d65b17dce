"""Theme: colours, sizes and fonts of the window, and the two signals that say when they change.

One `Theme` exists per application; it is made where the application is made and handed to every widget as an argument. A widget
paints from `theme.tokens`, `theme.metrics` and `theme.font(...)` and repaints on `changed` (colours) and `metrics_changed` (sizes,
fonts); `follow` connects both. Standard Qt widgets get the look from Fusion, a palette and one style sheet.

    theme = Theme(application)
    theme.set_mode("light")          # or "dark", or "system" (the default)
    theme.set_window_width(2560)     # the large sizes
    theme.scale_up()                 # Ctrl +

To restyle a full window takes a fifth of a second. What a person asks for by a key is therefore done `in_turns` of the event loop, each
of them short; from `restyling` True to False nothing of the window should be painted.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from nnlab.ui.look.memory_images import register_images
from nnlab.ui.look.metrics import LARGE, SCALES, SMALL, Metrics, metrics
from nnlab.ui.look.style_sheet import images, style_sheet
from nnlab.ui.look.tokens import DARK, LIGHT, Tokens, mix
from nnlab.ui.look.turns import LoopTurns, in_short_steps

__all__ = ["DARK", "LARGE", "LIGHT", "MODES", "SMALL", "FontRole", "Metrics", "Mode", "Theme", "Tokens", "follow", "metrics", "mix"]

Mode = Literal["system", "light", "dark"]
MODES: tuple[Mode, ...] = ("system", "light", "dark")
FontRole = Literal["caption", "caption_strong", "body", "option", "name", "counter", "title", "number", "loss", "result"]

_WEIGHT = QFont.Weight
_FONTS: dict[str, tuple[str, QFont.Weight]] = {  # role: (size in Metrics, weight)
    "caption": ("caption", _WEIGHT.Normal),
    "caption_strong": ("caption", _WEIGHT.DemiBold),
    "body": ("body", _WEIGHT.Normal),
    "option": ("body", _WEIGHT.Medium),
    "name": ("body", _WEIGHT.DemiBold),
    "counter": ("counter", _WEIGHT.Medium),
    "title": ("counter", _WEIGHT.DemiBold),
    "number": ("number", _WEIGHT.Medium),
    "loss": ("loss", _WEIGHT.Medium),
    "result": ("result", _WEIGHT.DemiBold),
}
_PREFERRED_FAMILIES = ("Inter", "Inter Variable")  # drawn with; where it is missing, the system's own sans


class Theme(QObject):
    """The look of one application. Raises ValueError for a mode that does not exist."""

    changed = Signal()  # tokens, is_dark
    metrics_changed = Signal()  # metrics, fonts
    restyling = Signal(bool)  # whether the style is between two looks, for some turns of the event loop

    def __init__(self, application: QApplication, mode: Mode = "system") -> None:
        super().__init__(application)
        self._application = application
        self._mode: Mode = mode
        self._width = 0
        self._scale = 1.0
        self._is_projected = False
        self._metrics = SMALL
        self._fonts: dict[str, QFont] = {}
        self.reduced_motion = False  # a setting of the person; see `duration`
        self._family = _family()
        self._turns = LoopTurns(self)
        self._untold: list[str] = []  # the signals of looks that are not through yet
        self._followers: weakref.WeakKeyDictionary[Themed, None] = weakref.WeakKeyDictionary()  # in the order in which they came
        self._builders = 0
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._is_dark = True
        self.set_mode(mode)

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def is_dark(self) -> bool:
        return self._is_dark

    @property
    def tokens(self) -> Tokens:
        return DARK if self._is_dark else LIGHT

    def set_mode(self, mode: Mode, *, in_turns: bool = False) -> None:
        """Light, dark, or whatever the system says, now and later."""
        if mode not in MODES:
            raise ValueError(f"There is no theme {mode!r}; choose one of {', '.join(MODES)}.")
        self._mode = mode
        schemes = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # Asks Qt for it too, so that title bars and native dialogs follow.
        self._application.styleHints().setColorScheme(schemes[mode])
        self._show(in_turns)

    def toggle(self, *, in_turns: bool = False) -> None:
        """From dark to light and back, whatever the system says."""
        self.set_mode("light" if self._is_dark else "dark", in_turns=in_turns)

    def _follow_system(self) -> None:
        if self._mode == "system":
            self._show()

    def _show(self, in_turns: bool = False) -> None:
        """Applies the mode to the application; emits `changed` if it looks different now."""
        before = self._is_dark
        system = self._application.styleHints().colorScheme()
        # A desktop that does not say gets the dark theme, in which pictures and numbers stand out most.
        self._is_dark = self._mode == "dark" or (self._mode == "system" and system != Qt.ColorScheme.Light)
        self._restyle("changed" if self._is_dark != before else "", in_turns)

    @property
    def metrics(self) -> Metrics:
        return self._metrics

    @property
    def scale(self) -> float:
        """How many times as large as designed the interface is now: the person's own scale, and more in projector mode."""
        return self._metrics.scale

    @property
    def own_scale(self) -> float:
        """The person's own interface scale, which is remembered."""
        return self._scale

    def set_window_width(self, width: int) -> None:
        """Tells how wide the window is, in device-independent pixels; from 2000 on the large sizes hold."""
        self._width = width
        self._measure()

    def set_scale(self, scale: float, *, in_turns: bool = False) -> None:
        """The person's interface scale, within the smallest and largest that Ctrl + and Ctrl − reach."""
        self._scale = min(SCALES[-1], max(SCALES[0], scale))
        self._measure(in_turns)

    @property
    def is_projected(self) -> bool:
        """Whether the window is drawn for a projector: larger type, thicker edges, outlines."""
        return self._is_projected

    def set_projected(self, is_projected: bool, *, in_turns: bool = False) -> None:
        self._is_projected = is_projected
        self._measure(in_turns)

    def scale_up(self, *, in_turns: bool = False) -> None:
        self.set_scale(next((scale for scale in SCALES if scale > self._scale + 1e-6), SCALES[-1]), in_turns=in_turns)

    def scale_down(self, *, in_turns: bool = False) -> None:
        smaller = next((scale for scale in reversed(SCALES) if scale < self._scale - 1e-6), SCALES[0])
        self.set_scale(smaller, in_turns=in_turns)

    def _measure(self, in_turns: bool = False) -> None:
        sizes = metrics(self._width, self._scale, self._is_projected)
        if sizes != self._metrics:
            self._metrics = sizes
            self._fonts.clear()
            self._restyle("metrics_changed", in_turns)

    def font(self, role: FontRole) -> QFont:
        """The font of a role, with figures of equal width. Shared: copy it before changing it."""
        if role not in self._fonts:
            size, weight = _FONTS[role]
            font = QFont(self._family)
            font.setPixelSize(getattr(self._metrics, size))
            font.setWeight(weight)
            font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[role] = font
        return self._fonts[role]

    def duration(self, milliseconds: int) -> int:
        """How long an animation lasts: as designed, or 0 where the person or the system wants no motion."""
        animate = self._application.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
        return 0 if self.reduced_motion or not animate else milliseconds

    def add_follower(self, widget: Themed) -> None:
        """Its `apply_metrics` is called when sizes change, as long as it lives; see `follow`."""
        self._followers[widget] = None

    @contextmanager
    def building(self) -> Iterator[None]:
        """While many widgets are put together the application has no style sheet: under one, every widget is styled again whenever it, or
        whatever it stands in, is given a parent. That was half the time a window took to open."""
        self._builders += 1
        if self._builders == 1:
            self._application.setStyleSheet("")
        try:
            yield
        finally:
            self._builders -= 1
            self._set_style()

    def _restyle(self, signal: str, in_turns: bool) -> None:
        """Gives the application the present look and says so by the signal of this name, if there is something to say.

        A look that is not through yet is overtaken: to finish it first would make one long turn of both.
        """
        if not signal:
            self._turns.finish()
            if self._application.styleSheet() == self._sheet():
                return  # it has this look: a full window would be styled anew for a fifth of a second
        is_overtaking = self._turns.drop()
        if signal and signal not in self._untold:
            self._untold.append(signal)
        if in_turns:
            self._turns.run(self._in_turns())
            return
        for _ in self._steps():
            pass
        if is_overtaking:
            self.restyling.emit(False)

    def _in_turns(self) -> Iterator[None]:
        self.restyling.emit(True)
        yield
        try:
            for _ in self._steps():
                self._forget_layouts()
                yield
        except Exception:
            self.restyling.emit(False)
            raise
        self.restyling.emit(False)

    def _steps(self) -> Iterator[None]:
        """Between two of them the event loop may have a turn."""
        application = self._application
        application.setFont(self.font("body"))
        application.setPalette(_palette(self.tokens))
        # A sheet that takes the place of another restyles in one call all widgets whose rules Qt knows, as often as each has parents. When
        # Qt has forgotten the rules there is none such; each widget gets its new ones when it is asked to, or when it paints.
        application.style().unpolish(application)
        self._set_style()
        yield
        yield from in_short_steps(_restyle_alone, _from_the_top(application.allWidgets()))
        for signal in [*self._untold]:
            if signal == "metrics_changed":
                yield from in_short_steps(lambda widget: widget.apply_metrics(), self._followers)
            getattr(self, signal).emit()
            if signal in self._untold:  # a look that is overtaken before leaves it to the next
                self._untold.remove(signal)
            yield
        self._forget_layouts()
        self._lay_out()

    def _forget_layouts(self) -> None:
        """Every change asks the widget's parent to lay out again; to do it for a look that is half there would be work for nothing."""
        QCoreApplication.removePostedEvents(None, QEvent.Type.LayoutRequest.value)  # type: ignore[arg-type]  # of every object

    def _lay_out(self) -> None:
        """A layout that was told to lay out again posts no second request until it has, and the first was thrown away: words would be cut
        at the widths of the look before. One that has nothing to do returns at once."""
        for widget in self._application.allWidgets():
            if widget.layout() is not None:
                QCoreApplication.postEvent(widget, QEvent(QEvent.Type.LayoutRequest))

    def _set_style(self) -> None:
        if not self._builders:
            self._application.setStyleSheet(self._sheet())

    def _sheet(self) -> str:
        folder = register_images(f"nnlab-{'dark' if self._is_dark else 'light'}", images(self.tokens))
        return style_sheet(self.tokens, self._metrics, folder)


def _family() -> str:
    """Inter where it is installed, else the system's sans."""
    known = set(QFontDatabase.families())
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return next((family for family in _PREFERRED_FAMILIES if family in known), system)


def _from_the_top(widgets: list[QWidget]) -> list[QWidget]:
    """Parents before their children, which have the font from them."""
    depths: dict[QWidget, int] = {}

    def depth(widget: QWidget | None) -> int:
        if widget is None:
            return 0
        if widget not in depths:
            depths[widget] = depth(widget.parentWidget()) + 1
        return depths[widget]

    return sorted(widgets, key=depth)


def _restyle_alone(widget: QWidget) -> None:
    """Gives one widget the font, the palette and the style sheet that the application has now, whatever its children have."""
    for kind in (QEvent.Type.ApplicationFontChange, QEvent.Type.ApplicationPaletteChange):
        QCoreApplication.sendEvent(widget, QEvent(kind))
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # Qt does it to others when they are first shown
        widget.style().polish(widget)
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def _palette(tokens: Tokens) -> QPalette:
    """Qt's colour roles from the tokens. The roles Fusion shades its frames with are all set to flat colours."""
    role, palette = QPalette.ColorRole, QPalette()
    colors = {
        role.Window: tokens.panel, role.WindowText: tokens.text, role.Base: tokens.canvas, role.AlternateBase: tokens.panel,
        role.Text: tokens.text, role.PlaceholderText: tokens.text3, role.Button: tokens.raised, role.ButtonText: tokens.text,
        role.BrightText: tokens.error, role.Highlight: tokens.accent, role.HighlightedText: tokens.on_accent,
        role.ToolTipBase: tokens.raised, role.ToolTipText: tokens.text, role.Link: tokens.accent, role.LinkVisited: tokens.accent,
        role.Light: tokens.line, role.Midlight: tokens.line, role.Mid: tokens.line, role.Dark: tokens.line, role.Shadow: tokens.line,
        role.Accent: tokens.accent,
    }  # fmt: skip
    for name, color in colors.items():
        palette.setColor(name, color)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, tokens.text3)
    return palette


class Themed(Protocol):
    """What `follow` needs of a widget."""

    def update(self) -> None: ...
    def apply_metrics(self) -> None: ...


def follow(theme: Theme, widget: Themed) -> None:
    """Repaints `widget` when colours change and calls its `apply_metrics` when sizes do, before `metrics_changed`, and once now."""
    theme.changed.connect(widget.update)
    theme.add_follower(widget)
    widget.apply_metrics()
