"""The part of the look that Fusion's palette cannot reach, as one style sheet for the application.

Fusion draws frames, gradients and 3-D scroll bars; the look has none. The sheet flattens the standard widgets (fields, buttons,
menus, scroll bars, tooltips, docks), so that a plain QLineEdit or QMenu made anywhere is right without doing anything. It sets no
font: fonts come from `Theme.font`. Widgets of our own paint themselves and are not mentioned here.

Arrows and the check mark of a style sheet must be files; `images` makes them from the tokens.
"""

from __future__ import annotations

from nnlab.ui.look.metrics import Metrics
from nnlab.ui.look.tokens import Tokens, mix

_PATHS = {
    "down": "M4 6.5 L8 10.5 L12 6.5",
    "down_disabled": "M4 6.5 L8 10.5 L12 6.5",
    "up": "M4 9.5 L8 5.5 L12 9.5",
    "right": "M6.5 4 L10.5 8 L6.5 12",
    "check": "M3.5 8.5 L6.5 11.5 L12.5 4.5",
    "dot": "M7 8 A1 1 0 0 1 9 8 A1 1 0 0 1 7 8 Z",
}
_COLORS = {"down": "text2", "down_disabled": "stroke", "up": "text2", "right": "text2", "check": "on_accent", "dot": "on_accent"}


def images(tokens: Tokens) -> dict[str, str]:
    """The arrows and the check mark in a theme's colours: the texts of SVG files by name."""
    drawn = {}
    for name, path in _PATHS.items():
        stroke = f'stroke="{tokens.hex(_COLORS[name])}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'
        head = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">'
        drawn[f"{name}.svg"] = f'{head}<path d="{path}" fill="none" {stroke}/></svg>'
    return drawn


def style_sheet(tokens: Tokens, sizes: Metrics, folder: str) -> str:
    """The style sheet for one theme and one set of sizes; `folder` is where its `images` are found."""
    values = {name: tokens.hex(name) for name in tokens.__dataclass_fields__}
    values |= {
        "handle": mix(tokens.panel, tokens.text2, 0.35).name(),
        "handle_hover": mix(tokens.panel, tokens.text2, 0.7).name(),
        "divider": mix(tokens.raised, tokens.text2, 0.25).name(),  # `line` is invisible on raised
        "row_hover": mix(tokens.card, tokens.text2, 0.08).name(),  # `card` itself is hardly seen on a light panel
        "hover": mix(tokens.card, tokens.text2, 0.16).name(),
        "accent_hover": mix(tokens.accent, tokens.text, 0.2).name(),
        "images": folder,
        "field": str(sizes.field - 2),  # a border is added
        "radius": str(sizes.radius_field),
        "radius_button": str(sizes.radius_button),
        "box": str(sizes.px(16)),
        "half_box": str(sizes.px(16) // 2 + 1),
        "p5": str(sizes.px(6) - 1),  # 6 and 8 within a border one pixel wider
        "p7": str(sizes.px(8) - 1),
    }
    values |= {f"p{size}": str(sizes.px(size)) for size in (2, 4, 6, 8, 12, 16, 24)}
    sheet = _SHEET
    for name, value in values.items():
        sheet = sheet.replace(f"@{name}@", value)
    return sheet


_SHEET = """
QToolTip { background: @raised@; color: @text@; border: 1px solid @stroke@; padding: @p4@px @p8@px; }

QMenu { background: @raised@; color: @text@; border: 1px solid @stroke@; padding: @p6@px; }
QMenu::item { padding: @p6@px @p24@px @p6@px @p12@px; border-radius: @radius@px; }
QMenu::item:selected { background: @sel@; color: @text@; }
QMenu::item:disabled { color: @text3@; }
QMenu::icon { padding-left: @p8@px; }
QMenu::separator { height: 1px; background: @divider@; margin: @p6@px @p12@px; }
QMenu::right-arrow { image: url(@images@/right.svg); width: @box@px; height: @box@px; }
QMenuBar { background: @panel@; color: @text2@; }
QMenuBar::item { padding: @p4@px @p8@px; border-radius: @radius@px; background: transparent; }
QMenuBar::item:selected { background: @card@; color: @text@; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @handle@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: @handle_hover@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea { border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QLineEdit, QAbstractSpinBox, QComboBox {
  background: @well@; color: @text@; border: 1px solid @stroke@; border-radius: @radius@px;
  padding: 0 @p8@px; min-height: @field@px; selection-background-color: @accent@; selection-color: @on_accent@; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on { border: 2px solid @accent@; padding: 0 @p7@px; }
QLineEdit { padding: 0 @p6@px; }
QLineEdit:focus { padding: 0 @p5@px; }
QLineEdit[invalid="true"], QLineEdit[invalid="true"]:focus { border: 2px solid @error@; padding: 0 @p5@px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @text3@; border-color: @line@; }
QLineEdit[flat="true"], QLineEdit[flat="true"]:focus { background: transparent; border: none; padding: 0; }
QComboBox { padding-right: 0; }
QComboBox[mixed="true"] { color: @text3@; }
QAbstractSpinBox { padding: 0; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent; border: none; padding: 0 @p6@px; min-height: 0; }
QComboBox::drop-down { border: none; background: transparent; width: @p24@px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(@images@/down.svg); width: @box@px; height: @box@px; }
QComboBox::down-arrow:disabled { image: url(@images@/down_disabled.svg); }
QComboBox QAbstractItemView { background: @raised@; color: @text@; border: 1px solid @stroke@; padding: @p4@px; outline: none; }
QComboBox QAbstractItemView::item { min-height: @field@px; padding: 0 @p8@px; border-radius: @radius@px; }
QComboBox QAbstractItemView::item:selected { background: @sel@; color: @text@; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: @p16@px; }
QAbstractSpinBox::up-arrow { image: url(@images@/up.svg); width: @p12@px; height: @p12@px; }
QAbstractSpinBox::down-arrow { image: url(@images@/down.svg); width: @p12@px; height: @p12@px; }
QTextEdit, QPlainTextEdit { background: @well@; color: @text@; border: 1px solid @stroke@; border-radius: @radius@px; }
QTextEdit:focus, QPlainTextEdit:focus { border: 2px solid @accent@; }

QPushButton { icon-size: @box@px; background: @card@; color: @text@; border: 2px solid transparent; border-radius: @radius_button@px;
  padding: 0 @p12@px; min-height: @field@px; }
QPushButton:hover { background: @hover@; }
QPushButton:pressed { background: @line@; }
QPushButton[isChoice="true"]:checked { background: @sel@; border: 2px solid @accent@; }
QPushButton:default { background: @accent@; color: @on_accent@; }
QPushButton:default:hover { background: @accent_hover@; }
QPushButton:disabled { background: @card@; color: @text3@; }
QPushButton:focus { border: 2px solid @accent@; }
QPushButton:default:focus { border: 2px solid @text@; }
QToolButton { background: transparent; color: @text@; border: 2px solid transparent; border-radius: @radius@px; padding: @p2@px; }
QToolButton:hover, QToolButton:checked { background: @card@; }
QToolButton:focus { border: 2px solid @accent@; }
QToolButton::menu-indicator { image: none; }
QToolButton::menu-button { border: none; background: transparent; width: @p16@px; }

QCheckBox, QRadioButton { color: @text@; spacing: @p8@px; }
QCheckBox::indicator, QRadioButton::indicator {
  width: @box@px; height: @box@px; background: @well@; border: 1px solid @stroke@; border-radius: 4px; }
QCheckBox::indicator:checked { background: @accent@; border-color: @accent@; image: url(@images@/check.svg); }
QRadioButton::indicator { border-radius: @half_box@px; }
QRadioButton::indicator:checked { background: @accent@; border-color: @accent@; image: url(@images@/dot.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid @text@; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @handle@; }

QAbstractItemView { background: @panel@; color: @text@; alternate-background-color: @panel@; selection-background-color: @sel@;
  selection-color: @text@; outline: none; }
QAbstractItemView[flat="true"] { background: transparent; }
QAbstractItemView::item:hover { background: @row_hover@; }
QAbstractItemView::item:selected { background: @sel@; color: @text@; }
QHeaderView { background: @panel@; }
QHeaderView::section { background: @panel@; color: @text2@; border: none; border-bottom: 1px solid @line@; padding: @p4@px @p8@px; }
QTableView { gridline-color: @line@; }
QTableCornerButton::section { background: @panel@; border: none; }
QTreeView::branch { background: transparent; }

QMainWindow::separator { background: @line@; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent@; }
QSplitter::handle { background: @line@; }
QSplitter::handle:hover { background: @accent@; }
QDockWidget { color: @text@; }
QDockWidget::title { background: @panel@; padding: @p8@px @p16@px; text-align: left; }
QTabBar { background: @panel@; }
QTabBar::tab { background: transparent; color: @text2@; border: none; border-bottom: 3px solid transparent; padding: @p6@px @p8@px; }
QTabBar::tab:hover, QTabBar::tab:selected { color: @text@; }
QTabBar::tab:selected { border-bottom-color: @accent@; }
QTabBar::tab:focus { color: @accent@; }
QTabWidget::pane { border: none; }
QStatusBar { background: @panel@; color: @text2@; }
QStatusBar::item { border: none; }
QProgressBar { background: @line@; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; color: transparent; }
QProgressBar::chunk { background: @accent@; border-radius: 2px; }
"""
