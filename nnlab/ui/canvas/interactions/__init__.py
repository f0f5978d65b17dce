"""Gestures: one object for each, from press to release, and Escape takes it back."""
