"""A report: one page that opens offline and says what was learned from what, how well, and how to do it again.

Everything on it is computed from the project: scores by scikit-learn on training and validation samples apart, what each raw column is
worth by scikit-learn's permutation importance on samples that were not trained on. The curves are those of the run: it is run again from
its initial weights, which gives the same bits, and where it does not (the project was changed on the way) that is said in their place.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from nnlab import __version__
from nnlab.core.fitted_preparation import CategoryInput, FunctionInput, MissingInput, NumberInput, Preparation, RankInput
from nnlab.core.optimizer import optimizers
from nnlab.core.preparation import Data, data_title, prepare
from nnlab.core.schedule import schedules
from nnlab.core.written import rounded, setting_value
from nnlab.engine.history import Curves
from nnlab.exchange import report_plots
from nnlab.exchange.model import Model
from nnlab.exchange.report_images import images_html
from nnlab.files.raw_table import part_columns
from nnlab.graph.svg import network_svg
from nnlab.jobs.context import TaskContext
from nnlab.training.complete_run import prepare_run, train
from nnlab.training.metrics import confusion, predicted_classes
from nnlab.training.predicted import read_outputs
from nnlab.training.scores import scores

REPEATS = 5  # permutations of each column
MOST_ROWS, MOST_COLUMNS = 500, 200  # that importance is measured on
MOST_SECONDS = 60.0  # for running the training again
MOST_MISTAKES = 12
MOST_LISTED = 40  # rows of a table


def report_html(model: Model, job: TaskContext) -> str:
    """The page. Raises DataError where the project's data cannot be read."""
    data = prepare(model.project.data)
    job.report(0.05, 1.0, "Running the training again")
    curves, why_not = _curves(model, data, job)
    job.report(0.6, 1.0, "Scores")
    parts = _parts(model, data)
    job.report(0.7, 1.0, "Importance of columns")
    importance = _importance(model, data)
    job.report(0.95, 1.0, "Writing")
    sections = [
        _section("Data", _data(model, data)),
        _section("Preparation", _preparation(model.preparation, data.planes)),
        _section("Network", network_svg(model.session.graph) + _parameters(model)),
        _section("Training", _training(model) + (_figure(curves._repr_svg_()) if curves is not None else f"<p>{escape(why_not)}</p>")),
        _section("Scores", "".join(part for part in parts)),
        _section("What each column is worth", importance),
        _section("How to do it again", _versions(model)),
    ]
    title = f"{model.name}: {data_title(model.project.data)}"
    return _PAGE.format(title=escape(title), body="".join(sections), style=_STYLE)


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _figure(picture: str) -> str:
    return f"<figure>{picture}</figure>"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    listed = [list(row) for row in rows]
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in listed[:MOST_LISTED])
    more = f"<p>… and {len(listed) - MOST_LISTED:,} more</p>" if len(listed) > MOST_LISTED else ""
    return f"<table><thead><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr></thead><tbody>{body}</tbody></table>{more}"


def _data(model: Model, data: Data) -> str:
    target = data.target
    listed = ", ".join(target.names[:12]) + (", …" if len(target.names) > 12 else "")
    what = f"{len(target.names)} classes: {listed}" if target.classes else f"numbers: {listed}"
    counts = f"{len(data.x):,} training and {len(data.validation_x):,} validation samples"
    notes = "".join(f"<li>{escape(note)}</li>" for note in data.notes)
    about = f"<p>{escape(data_title(model.project.data))}: {counts}. To predict: {escape(what)}.</p><ul>{notes}</ul>"
    if data.planes is not None:  # nobody reads a row for each pixel
        return f"{about}<p>Images of {_size(data.planes)}, {_range(data.raw_x)}. The first of each class:</p>{_figure(images_html(data))}"
    raw, _ = part_columns(model.project.data, data)
    rows = []
    for name, values in raw.items():
        if values.dtype.kind in "OU":
            known = sorted(set(values.tolist()))
            rows.append((name, "text", f"{len(known)} different", ", ".join(name or "(missing)" for name in known[:5])))
        else:
            finite = values[np.isfinite(values)]
            spread = _range(finite) if len(finite) else "no number"
            rows.append((name, "number", f"{len(values) - len(finite):,} missing", spread))
    return about + _table(("column", "kind", "cells", "training rows"), rows)


def _size(planes: tuple[int, int, int]) -> str:
    channels, height, width = planes
    return f"{width} × {height} pixels{' in red, green and blue' if channels == 3 else ''}"


def _range(values: np.ndarray) -> str:
    return f"{rounded(values.min())} to {rounded(values.max())}"


def _preparation(preparation: Preparation, planes: tuple[int, int, int] | None) -> str:
    note = "<p>Fitted on the training samples alone. Each input is the number named, minus the mean, divided by the scale.</p>"
    if planes is not None:
        means, scales = (np.array([getattr(step, name) for step in preparation.steps]) for name in ("mean", "scale"))
        return f"{note}<p>Each of the {len(means):,} pixels has its own: means from {_range(means)}, scales from {_range(scales)}.</p>"
    rows = []
    for k, step in enumerate(preparation.steps, 1):
        match step:
            case NumberInput(column=name, fill=fill):
                words = f"{name}" + ("" if fill is None else f"; {rounded(fill)} where it is missing")
            case CategoryInput(column=name, category=category):
                words = f"1 where {name} is {category or 'missing'}, else 0"
            case RankInput(column=name, categories=categories):
                words = f"the place of {name} in {', '.join(categories[:6])}{', …' if len(categories) > 6 else ''}"
            case MissingInput(column=name):
                words = f"1 where {name} is missing, else 0"
            case FunctionInput(function=function, x=x, y=y):
                words = f"{function} of {x} and {y}"
        is_scaled = (step.mean, step.scale) != (0.0, 1.0)
        rows.append((k, words, *((rounded(step.mean, 5), rounded(step.scale, 5)) if is_scaled else ("–", "–"))))
    return note + _table(("input", "is", "mean", "scale"), rows)


def _parameters(model: Model) -> str:
    count = sum(values.size for values in model.session.parameters.values())
    adapters = f" Adapters that take part: {escape(', '.join(model.merged))}." if model.merged else ""
    return f"<p>{count:,} parameters in {len(model.graph)} nodes.{adapters}</p>"


def _training(model: Model) -> str:
    training = model.project.training
    optimizer, schedule = optimizers[training.optimizer], schedules[training.schedule]
    settings: list[tuple[str, object]] = [
        ("optimiser", optimizer.title), ("learning rate", training.learning_rate), ("schedule", schedule.title),
        ("batch size", training.batch_size), ("seed", training.seed), ("iterations", model.session.iteration),
        ("epochs completed", model.session.epoch),
    ]  # fmt: skip
    for kind, chosen in ((optimizer, training.optimizer_settings), (schedule, training.schedule_settings)):
        labels = {setting.name: setting.label.lower() for setting in kind.settings}
        settings += [(labels[name], value) for name, value in chosen.items()]
    return _table(("setting", "value"), [(name, setting_value(value)) for name, value in settings])


def _curves(model: Model, data: Data, job: TaskContext) -> tuple[Curves | None, str]:
    """The curves of the run, from running it again; None and why where that does not lead to the same weights."""
    steps = model.session.iteration
    if not steps:
        return None, "The network is not trained yet, so there are no curves."
    run = prepare_run(model.project.graph, data, model.project.training, None, model.project.initial)
    start, done = time.monotonic(), 0
    while done < steps:
        size = min(max(steps // 50, 1), steps - done)
        train(run, size, lambda count: None)
        done += size
        job.report(0.05 + 0.5 * done / steps, 1.0, "Running the training again")
        if time.monotonic() - start > MOST_SECONDS:
            return None, f"The curves are left out: to run the training again takes more than {MOST_SECONDS:.0f} seconds."
    stored = run.state.stored()
    own = model.session._state.stored()
    if stored.keys() != own.keys() or any(not np.array_equal(stored[name], own[name]) for name in own):
        return None, "The curves are left out: the project was changed while it was trained, so that its run cannot be run again."
    return run.history.curves(), ""


@dataclass(frozen=True, eq=False)
class _Part:
    name: str
    x: np.ndarray
    y: np.ndarray


def _parts(model: Model, data: Data) -> list[str]:
    """Scores of both parts side by side, and pictures of the one that was not trained on."""
    parts = [_Part("training", data.x, data.y), _Part("validation", data.validation_x, data.validation_y)]
    parts = [part for part in parts if len(part.x)]
    outputs = [model.session.predict(part.x) for part in parts]
    told = [scores(out, part.y, data.target, model.link) for out, part in zip(outputs, parts, strict=True)]
    rows = []
    for k, score in enumerate(told[-1].scores):
        rows.append((score.title, *(_value(report.scores[k].value, report.scores[k].remark) for report in told)))
    found = [_table(("score", *(f"{part.name} ({len(part.x):,})" for part in parts)), rows)]
    last, part, target = outputs[-1], parts[-1], data.target
    found.append(f"<h3>On the {part.name} samples</h3>")
    if target.classes:
        if target.classes <= report_plots.MOST_CLASSES:
            found.append(_figure(report_plots.confusion_svg(confusion(last, part.y, target, model.link), target.names)))
        else:
            found.append(_mistaken(confusion(last, part.y, target, model.link), target.names))
        if told[-1].roc:
            found.append(_figure(report_plots.roc_svg(told[-1].roc)))
        return found
    said = read_outputs(last, model.preparation, model.link).numbers
    assert said is not None
    truth = part.y.reshape(said.shape)
    for k in range(min(said.shape[1], 4)):
        found.append(_figure(report_plots.truth_svg(truth[:, k], said[:, k]) + report_plots.residuals_svg(said[:, k] - truth[:, k])))
    return found


def _mistaken(table: np.ndarray, names: Sequence[str]) -> str:
    """Of many classes, instead of their matrix: what was taken for what, the most frequent first."""
    wrong = [(int(table[k, j]), names[k], names[j]) for k, j in np.argwhere(table) if k != j]
    rows = [(true, predicted, f"{count:,}") for count, true, predicted in sorted(wrong, key=lambda row: -row[0])[:MOST_MISTAKES]]
    if not rows:
        return "<p>None of them was taken for another class.</p>"
    more = f" The {len(rows)} most frequent of {len(wrong):,}:" if len(wrong) > len(rows) else ""
    return f"<p>What was taken for another class.{more}</p>" + _table(("true", "predicted", "samples"), rows)


def _value(value: float | None, remark: str) -> str:
    return remark or "undefined" if value is None else f"{value:.4f}"


class _Estimator:
    """What scikit-learn's permutation importance asks of an estimator; rows are raw."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def fit(self, x: Any, y: Any) -> _Estimator:
        return self

    def score(self, x: np.ndarray, y: np.ndarray) -> float:
        """Accuracy, or R²."""
        preparation, target = self.model.preparation, self.model.preparation.target
        columns = {c.name: x[:, k].astype(str if c.is_text else np.float64) for k, c in enumerate(preparation.columns)}
        outputs = self.model.session.predict(preparation.transform(columns, "zeros"))
        if target.classes:
            return float(np.mean(predicted_classes(outputs, self.model.link) == y.ravel()))
        said = read_outputs(outputs, preparation, self.model.link).numbers
        assert said is not None
        truth = y.reshape(said.shape)
        spread = float(((truth - truth.mean(axis=0)) ** 2).sum())
        return 1.0 - float(((said - truth) ** 2).sum()) / spread if spread else 0.0


def _importance(model: Model, data: Data) -> str:
    columns = model.preparation.columns
    if len(columns) > MOST_COLUMNS:
        return f"<p>Left out: the data has {len(columns):,} columns; it is measured for at most {MOST_COLUMNS}.</p>"
    training, validation = part_columns(model.project.data, data)
    held = len(data.validation_x) > 0
    raw: Mapping[str, np.ndarray] = validation if held else training
    y = data.validation_y if held else data.y
    if any(column.name not in raw for column in columns) or len(y) < 2:
        return "<p>Left out: the project's data has other columns than the model reads.</p>"
    from sklearn.inspection import permutation_importance

    x = np.empty((min(len(y), MOST_ROWS), len(columns)), dtype=object)
    for k, column in enumerate(columns):
        x[:, k] = raw[column.name][: len(x)].tolist()
    found = permutation_importance(_Estimator(model), x, y[: len(x)], n_repeats=REPEATS, random_state=0)
    order = np.argsort(-found.importances_mean)[:MOST_LISTED]
    rows = [(columns[k].name, float(found.importances_mean[k]), float(found.importances_std[k])) for k in order]
    score = "accuracy" if data.target.classes else "R²"
    where = "validation" if held else "training"
    note = f"How much {score} on {len(x):,} {where} samples is lost when a column's numbers change places, mean of {REPEATS} times."
    return f"<p>{note}</p>" + _figure(report_plots.bars_svg(rows, f"loss of {score}"))


def _versions(model: Model) -> str:
    from importlib.metadata import version

    rows = {
        "NN Lab": __version__, "Python": platform.python_version(), "NumPy": np.__version__, "numba": version("numba"),
        "scikit-learn": version("scikit-learn"), "seed of the training": model.project.training.seed,
        "seed of the data": model.project.data.seed, "type of numbers": model.session.dtype, "made": time.strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return _table(("what", "version or value"), rows.items())


_STYLE = """
:root { color-scheme: light dark; --line: #dfe2e6; --text: #1a1d21; --back: #ffffff; --faint: #4b535c; }
@media (prefers-color-scheme: dark) { :root { --line: #2c3036; --text: #e9ebee; --back: #141619; --faint: #aeb5bd; } }
body { margin: 0 auto; max-width: 960px; padding: 24px; background: var(--back); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; font-weight: 600; } h2 { font-size: 18px; font-weight: 600; margin-top: 32px; } h3 { font-size: 14px; }
section { border-top: 1px solid var(--line); overflow-x: auto; } p { max-width: 70ch; } figure { margin: 16px 0; }
.images { display: flex; flex-wrap: wrap; gap: 16px; } .images div { text-align: center; } .images img { width: 64px; display: block;
image-rendering: pixelated; border: 1px solid var(--line); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: 4px 24px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; } th { color: var(--faint); }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""
