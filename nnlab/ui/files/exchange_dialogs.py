"""What importing, exporting, predicting and reporting ask for: files, by the forms that are registered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from nnlab.exchange.exporter import Exporter, exporters
from nnlab.exchange.importer import importers
from nnlab.ui.files.dialogs import TABLE_FILTER, ask_to_replace


def export_filters() -> dict[str, Exporter]:
    """The forms that are one file, by their line in the dialog; ONNX first."""
    found = sorted((form for form in exporters if form.suffix), key=lambda form: (form.name != "onnx", form.title))
    return {f"{form.title} (*{form.suffix})": form for form in found}


def ask_where_to_export(parent: QWidget, suggested: Path) -> tuple[Exporter, Path] | None:
    """(form, path that may be written to); None when none was chosen."""
    filters = export_filters()
    name, chosen = QFileDialog.getSaveFileName(parent, "Export", str(suggested), ";;".join(filters))
    if not name:
        return None
    exporter = filters.get(chosen) or next(iter(filters.values()))
    path = Path(name)
    if path.suffix.lower() == exporter.suffix:
        return exporter, path
    path = path.with_name(path.name + exporter.suffix)
    return (exporter, path) if not path.exists() or ask_to_replace(parent, path) else None


def ask_where_to_report(parent: QWidget, suggested: Path) -> Path | None:
    name, _ = QFileDialog.getSaveFileName(parent, "Report", str(suggested), "Pages (*.html)")
    return None if not name else Path(name) if name.lower().endswith(".html") else Path(f"{name}.html")


def ask_what_to_predict(parent: QWidget, folder: str) -> tuple[Path, Path] | None:
    """(a table, where its predictions go); None when one was not chosen."""
    source = QFileDialog.getOpenFileName(parent, "Rows to predict", folder, TABLE_FILTER)[0]
    if not source:
        return None
    suggested = Path(source).with_name(f"{Path(source).stem} predictions.csv")
    name, _ = QFileDialog.getSaveFileName(parent, "Where the predictions go", str(suggested), "Tables (*.csv)")
    return None if not name else (Path(source), Path(name) if name.lower().endswith(".csv") else Path(f"{name}.csv"))


def ask_what_to_import(parent: QWidget, folder: str) -> str:
    """A file of any form that can be imported; empty when none was chosen."""
    suffixes = [f"*{suffix}" for importer in importers for suffix in importer.suffixes]
    one_each = [f"{i.title} ({' '.join(f'*{suffix}' for suffix in i.suffixes)})" for i in importers if i.suffixes]
    every = f"All that can be imported ({' '.join(suffixes)})"
    return QFileDialog.getOpenFileName(parent, "Import", folder, ";;".join([every, *one_each]))[0]
