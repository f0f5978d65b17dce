"""Edges: where they run and how many of them are painted at once."""
