"""A setting: one value a person may choose, declared once.

The inspector's form, the limits, the tooltips, the validation and the storage all follow from the
declaration; nothing else in the project repeats a limit or a default.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import SettingError, shown
from nnlab.core.written import LARGEST, plain_number

Value = bool | int | float | str


@dataclass(frozen=True)
class Setting:
    """One named value with its default, limits and explanation.

    The type of `default` is the type of the setting: bool, int, float or str. A str with `choices`
    is one of them; a str without is free text. `minimum` and `maximum` are inclusive. `reader` turns free text into what it
    means and raises ValueError saying what is accepted. `unit` is what a number counts or measures ("samples"); `choice_titles`
    are the choices as people read them, in their order.
    """

    name: str
    default: Value
    title: str = ""
    tip: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    choice_titles: tuple[str, ...] = ()
    unit: str = ""
    logarithmic: bool = False  # a slider over it moves by factors, not by steps; from 0 on, if that is the minimum
    reader: Callable[[str], object] | None = None
    hidden: bool = False  # written by an editor of its own; no form shows it

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()

    def title_of(self, choice: str) -> str:
        """A choice as people read it: Xavier uniform for xavier_uniform."""
        if choice in self.choices and len(self.choice_titles) == len(self.choices):
            return self.choice_titles[self.choices.index(choice)]
        return choice.replace("_", " ").capitalize() if "_" in choice else choice

    def check(self, value: object, owner: str = "") -> Value:
        """`value` as this setting's type; raises SettingError naming `owner`, what was given and what is accepted."""
        where = f"{owner}: " if owner else ""
        kind, value = type(self.default), plain_value(value)
        if kind is bool:
            if not isinstance(value, bool):
                raise SettingError(f"{where}{self.name} is {shown(value)}; it must be true or false.")
            return value
        if kind is str:
            if not isinstance(value, str):
                raise SettingError(f"{where}{self.name} is {shown(value)}; it must be text.")
            if self.choices and value not in self.choices:
                raise SettingError(f"{where}{self.name} is {shown(value)}; choose one of {', '.join(self.choices)}.")
            if self.reader is not None:
                try:
                    self.reader(value)
                except ValueError as error:
                    raise SettingError(f"{where}{self.name} is {shown(value)}; {error}.") from None
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SettingError(f"{where}{self.name} is {shown(value)}; it must be a number.")
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingError(f"{where}{self.name} is {plain_number(value)}; it must be a finite number.")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise SettingError(f"{where}{self.name} is {plain_number(value)}; it must be {self.limits}.")
        if kind is int:
            if value != int(value):
                raise SettingError(f"{where}{self.name} is {plain_number(value)}; it must be a whole number.")
            value = int(value)
        else:
            value = float(value)
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            raise SettingError(f"{where}{self.name} is {plain_number(value)}; it must be {self.limits}.")
        return value

    @property
    def limits(self) -> str:
        """The accepted range in words."""
        if self.minimum is not None and self.maximum is not None:
            return f"from {plain_number(self.minimum)} to {plain_number(self.maximum)}"
        if self.minimum is not None:
            return f"at least {plain_number(self.minimum)}"
        if self.maximum is not None:
            return f"at most {plain_number(self.maximum)}"
        return "a number"


def plain_value(value: object) -> object:
    """A NumPy scalar, or an array of no axes, as the plain bool, int, float or str it stands for; all else as it is."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (np.bool_, np.str_)):
        return value.item()
    if isinstance(value, np.timedelta64):  # an integer to NumPy
        return value
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating) else value


def check_settings(declared: Iterable[Setting], given: Mapping[str, object], owner: str = "") -> dict[str, Value]:
    """Every declared setting with its given or default value, checked; an unknown name is an error."""
    declared = tuple(declared)
    if not isinstance(given, Mapping):
        raise SettingError(f"{owner or 'settings'}: settings are given by name, as a dict, not as {shown(given)}.")
    names = {setting.name for setting in declared}
    for name in given:
        if name not in names:
            where = f"{owner}: " if owner else ""
            accepted = f"choose from {', '.join(sorted(names))}" if names else "it has no settings"
            raise SettingError(f"{where}there is no setting {name!r}; {accepted}.")
    return {s.name: s.check(given.get(s.name, s.default), owner) for s in declared}
