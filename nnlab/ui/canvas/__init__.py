"""The canvas: the network as a picture one can change."""

from nnlab.ui.canvas.canvas import Canvas

__all__ = ["Canvas"]
