"""Widgets of our own: panels, bars, fields and small plots that know the theme and nothing else of the project.

Every widget takes the `Theme` first and its parent last, paints itself flat from the theme's tokens, has an accessible name, shows
keyboard focus as a 2 px accent outline, and repaints only when what it shows has changed.
"""
