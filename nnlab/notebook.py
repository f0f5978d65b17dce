"""In a notebook: `nnlab.show(graph)` draws a network, or the loss curves of `fit`, wherever in a cell it is called."""

from __future__ import annotations

from typing import Any

from nnlab.core.errors import NNLabError, shown

_FORMS = (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"))


class Shown:
    """A picture as a notebook takes it; `svg` is its text, `save` writes it to a file."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<picture, {len(self.svg):,} letters of SVG; .save(path) writes it>"

    def save(self, path: str) -> None:
        """Writes the picture as an SVG file; raises FileError."""
        from pathlib import Path

        from nnlab.core.atomic import write_atomically

        content = self.svg.replace("<svg ", '<svg color="#1a1d21" ', 1).encode()  # a file of its own has no text around it
        write_atomically(Path(path), lambda file: file.write(content))


def show(thing: Any) -> Shown:
    """Shows a graph, a session's network or the curves of `fit` at once where IPython runs; returns the picture either way."""
    thing = thing if any(hasattr(thing, method) for _, method in _FORMS) else getattr(thing, "graph", thing)
    for _, method in _FORMS:
        if hasattr(thing, method) and thing.__class__.__module__.startswith("nnlab."):
            picture = Shown(getattr(thing, method)())
            _display(picture)
            return picture
    raise NNLabError(f"There is no picture of {shown(thing)}; show takes a graph, a session or the curves that fit returns.")


def _display(picture: Shown) -> None:
    """Where a notebook runs, now; elsewhere there is nothing to show it in."""
    import sys

    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import display

        display(picture)
