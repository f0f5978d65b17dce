"""Models in other programs' forms: one file per form in `exporters/` and `importers/`."""
