"""Plots for the panels: pyqtgraph's view boxes and curves, with axes, labels and a crosshair drawn as this window draws them.

Pure arithmetic (thinning, ticks, label places) is apart from painting, so that it is tested without a window.
"""
