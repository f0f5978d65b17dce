"""Constant: the learning rate stays as it was chosen."""

from nnlab.core.schedule import CONSTANT, Schedule, register

register(Schedule(CONSTANT, "Constant", "The learning rate stays as it is.", formula=r"\eta_t = \eta"))
