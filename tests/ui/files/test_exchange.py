"""File › Export, Import, Predict and Report through the real window: what is asked, what is written, what is said."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from nnlab.exchange.exporter import exporters
from nnlab.ui.files.exchange_dialogs import export_filters
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window
MINUTE = 60_000


def test_out_and_in_again(window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(kind: str, *answers: object) -> None:
        left = list(answers)
        monkeypatch.setattr(QFileDialog, f"get{kind}FileName", lambda *given: left.pop(0))

    def done(action: str) -> str:
        with qtbot.waitSignal(window.exchange.told, timeout=MINUTE) as told:
            window.actions_by_id[action].trigger()
        return str(told.args[0])

    assert window.files.open_source("iris")
    graph, parameters = window.document.graph, window.session.snapshot().parameters
    choose("Save", (str(tmp_path / "flowers"), "ONNX (*.onnx)"))
    assert "largest difference" in done("file.export") and (tmp_path / "flowers.onnx").is_file()
    choose("Save", (str(tmp_path / "page.html"), ""))
    assert str(tmp_path / "page.html") in done("file.report")
    assert "Confusion matrix" in (tmp_path / "page.html").read_text(encoding="utf-8")
    rows = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n6.5,3.0,5.5,2.1\n"
    (tmp_path / "new.csv").write_text(rows)
    choose("Open", (str(tmp_path / "new.csv"), ""))
    choose("Save", (str(tmp_path / "said"), ""))
    assert done("file.predict").startswith("2 predictions of new.csv")
    assert {row["prediction"] for row in csv.DictReader((tmp_path / "said.csv").open())} <= {"setosa", "versicolor", "virginica"}
    choose("Open", (str(tmp_path / "flowers.onnx"), ""))
    assert "flowers.onnx imported: 5 nodes" in done("file.import")
    assert (window.document.name, len(window.document.graph)) == ("flowers", len(graph))
    assert np.allclose(window.session.snapshot().parameters["dense_1.weight"], parameters["dense_1.weight"], rtol=1e-6)
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with qtbot.waitSignal(window.session.jobs.failed, timeout=MINUTE) as failed:
        window.exchange.import_path(str(tmp_path / "bad.onnx"))
    assert "bad.onnx is not an ONNX file" in failed.args[0] and window.document.name == "flowers"
    with qtbot.waitSignal(window.exchange.failed, timeout=MINUTE) as refused:
        window.exchange.import_path(str(tmp_path / "none.onnx"))
    assert "There is no file" in refused.args[0]


def test_the_dialog_offers_every_form_that_is_one_file() -> None:
    assert {form.name for form in export_filters().values()} == {form.name for form in exporters if form.suffix}
    assert next(iter(export_filters())) == "ONNX (*.onnx)"
