from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from sklearn.metrics import f1_score, mean_absolute_error, roc_auc_score

from nnlab.core.preparation import DataSettings
from nnlab.engine.evaluator import Evaluator
from nnlab.training.probes.scores import PartScores
from nnlab.training.scores import Score, ScoreReport
from nnlab.ui.look.numbers import NOTHING
from nnlab.ui.run.live_view import LiveView


def outputs(view: LiveView) -> np.ndarray:
    evaluator = Evaluator(view.frame.program.graph)
    evaluator.load(view.frame.parameters)
    return evaluator.predict(view.data.validation_x)


def test_classes_have_the_scores_of_scikit_learn_and_their_roc_curve(studio: Callable) -> None:
    s = studio(DataSettings("xor", validation_share=0.25))
    panel = s.panel("metrics", 520, 260)
    assert panel.is_empty
    s.train(40)
    view = s.view("scores")
    found, truth = outputs(view).ravel(), view.data.validation_y.ravel()
    assert panel.values["auc", "val"].text() == f"{roc_auc_score(truth, found):.3f}"
    assert panel.values["f1", "val"].text() == f"{f1_score(truth, found > 0):.3f}"
    assert panel.roc.isVisible() and panel.values["mae", "val"].isHidden() and not panel.values["recall", "train"].isHidden()
    panel.roc._point(QPointF(panel.roc.picture.center()))
    assert panel.roc._read is not None and panel.roc.accessibleDescription().count("area") == 1
    assert panel.roc.legend == []  # one curve needs none
    assert len(panel.table().columns[0]) == 10
    # What is undefined is a dash with its reason, not NaN.
    report = ScoreReport((Score("precision", None, "No sample is called second, so there is none to be right about."),))
    panel.draw(replace(view, probes={"scores": PartScores(report, None)}))
    assert panel.values["precision", "train"].text() == NOTHING
    assert "No sample is called second" in panel.remarks.text() and panel.roc.isHidden() and panel.values["precision", "val"].isHidden()
    panel.clear()
    assert panel.is_empty and panel.table() is None


def test_numbers_have_their_mean_error_and_no_curve(studio: Callable) -> None:
    s = studio(DataSettings("plane", validation_share=0.25))
    panel = s.panel("metrics", 520, 260)
    s.train(10)
    view = s.view("scores")
    truth = view.data.validation_y
    value = mean_absolute_error(truth, outputs(view))
    assert float(panel.values["mae", "val"].text()) == pytest.approx(value, rel=1e-3)
    assert panel.roc.isHidden() and panel.values["auc", "val"].isHidden()


def test_curves_of_several_classes_have_a_legend_with_their_areas(studio: Callable) -> None:
    s = studio(DataSettings("wine"))
    panel = s.panel("metrics")
    s.train(6)
    s.view(*panel.probes)
    curves = panel.roc._curves
    assert len(curves) == 3
    words = [text for text, _ in panel.roc.legend]
    assert [text.rsplit(" ", 1)[1] for text in words] == [f"{curve.auc:.3f}" for curve in curves]
    places = [place for _, place in panel.roc.legend]
    assert all(panel.roc.picture.contains(place.adjusted(0, 0, -1, 0)) for place in places) and places[0].bottom() <= places[1].top() + 0.01


def test_scores_that_training_has_left_behind_say_of_which_iteration_they_are(studio: Callable) -> None:
    s = studio(DataSettings("xor", validation_share=0.25))
    panel = s.panel("metrics", 520, 260)
    s.train(40)
    view = s.view("scores")
    plays = replace(view, playing=True, iterations_per_second=1000.0, frame=replace(view.frame, iteration=5000))
    words = []
    for at in (4001, 3999, 5000):  # 0.999 s and 1.001 s behind, then of this moment
        panel.draw(replace(plays, probed_at={"scores": at}))
        words.append(panel.age.text())
    panel.draw(view)
    assert [*words, panel.age.text()] == ["", "at iteration 3,999", "at iteration 5,000", ""]
