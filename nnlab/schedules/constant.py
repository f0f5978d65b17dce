"""Constant: the learning rate stays as it was chosen."""

from nnlab.core.schedule import CONSTANT, Schedule, register

register(Schedule(CONSTANT, "Constant", "The learning rate is constant.", formula=r"\eta_t = \eta"))
