"""Operators that layers are made of inside: steps of their own in the stepper, but no nodes that a person could put on the canvas."""
