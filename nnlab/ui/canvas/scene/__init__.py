"""The scene with everything on it, how it is looked at, and what lies where."""
