"""Inspector: what is selected, its settings as a form, its shapes and its live statistics."""

from nnlab.ui.inspector.inspector import Inspector

__all__ = ["Inspector"]
