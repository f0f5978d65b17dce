"""Inspector: what is selected, in words and numbers, and everything about it that can be changed.

`Inspector` shows one page for what is selected: a node, several nodes, an edge, or, when nothing is, the project. Forms are made from
declared settings; every edit goes through the document and can be undone.
"""

from nnlab.ui.inspector.inspector import Inspector

__all__ = ["Inspector"]
