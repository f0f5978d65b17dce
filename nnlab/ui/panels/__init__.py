"""Panels: what the docks of the window show, one file each.

A panel subclasses `LivePanel` (base.py), names the probes it needs, and draws a `LiveView`. `registry.PANELS` finds every panel of
this package, so a new panel is one new file. `plotting/` holds what the panels draw with.
"""
