import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnlab.core.optimizer import optimizers
from nnlab.core.setting import Setting
from nnlab.training.settings import BATCH_SIZE, SEED, SHUFFLE
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.settings_form import SettingsForm

SETTINGS = (
    Setting("units", 8, "Units", minimum=1, maximum=64),
    Setting("init", "he", "Initialiser", choices=("he", "normal")),
    Setting("bias", True, "Bias"),
)


@pytest.fixture
def form(theme: Theme, qtbot: QtBot) -> SettingsForm:
    widget = SettingsForm(theme, SETTINGS, {"units": 16})
    qtbot.addWidget(widget)
    widget.resize(theme.metrics.inspector, 200)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def type_units(qtbot: QtBot, form: SettingsForm, text: str) -> None:
    field = form.editor("units").findChild(NumberField)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_given_values_are_shown_and_the_rest_are_defaults(form: SettingsForm) -> None:
    assert form.values == {"units": 16, "init": "he", "bias": True}
    assert form.names == ("units", "init", "bias")


def test_a_change_is_committed_with_its_name(form: SettingsForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.committed) as caught:
        type_units(qtbot, form, "32")
    assert caught.args == ["units", 32]


def test_a_refused_value_shows_the_settings_own_sentence(form: SettingsForm, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(form.committed):
        type_units(qtbot, form, "0")
    assert form.problem("units") == "units is 0; it must be from 1 to 64."
    assert any(label.isVisible() and label.text() == form.problem("units") for label in form.findChildren(QLabel))
    assert form.values["units"] == 16
    type_units(qtbot, form, "4")
    assert form.problem("units") == ""


def test_values_from_outside_are_silent(form: SettingsForm, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(form.committed), qtbot.assertNotEmitted(form.previewed):
        form.set_values({"units": 2, "bias": False, "nobody": 3})
    assert form.values == {"units": 2, "init": "he", "bias": False}


def test_an_unavailable_setting_says_why(form: SettingsForm) -> None:
    form.set_available("units", "Fixed by the data set")
    assert not form.editor("units").isEnabled()
    label = next(label for label in form.findChildren(QLabel) if label.text() == "Units")
    assert label.toolTip() == "Fixed by the data set"
    form.set_available("units")
    assert form.editor("units").isEnabled()


def test_tab_walks_through_the_fields(form: SettingsForm, qtbot: QtBot) -> None:
    form.editor("units").setFocus()
    walked = []
    for _ in range(3):
        walked.append(form.focusWidget().accessibleName())
        qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert walked == ["Units", "Initialiser", "Bias"]


def test_rows_and_labels_have_the_sizes_of_the_design(form: SettingsForm, theme: Theme) -> None:
    field = form.editor("units").findChild(NumberField)
    assert field.height() == theme.metrics.field == 26
    left = field.mapTo(form, field.rect().topLeft()).x()
    assert left == theme.metrics.padding + theme.metrics.label + theme.metrics.grid
    assert form.editor("init").y() - form.editor("units").y() == theme.metrics.form_row


def test_every_declared_setting_of_the_project_has_an_editor(theme: Theme, qtbot: QtBot) -> None:
    from nnlab.core.operator import operators

    declared = [BATCH_SIZE, SEED, SHUFFLE]
    for registry in (operators, optimizers):
        declared += [setting for kind in registry for setting in registry[kind if isinstance(kind, str) else kind.name].settings]
    for setting in declared:
        form = SettingsForm(theme, [setting])
        qtbot.addWidget(form)
        assert form.values == {setting.name: setting.default}
