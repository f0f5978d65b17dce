"""A difference: one thing that sets a run apart from its project, named as on the command line: KEY=VALUE.

It is a value that says no more than what was typed; what it means in a project is worked out when it is needed
(`nnlab.training.varied`), so that it stays what it is while the project is edited, also where it can no longer be carried out.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.errors import SettingError

SEED_KEY = "seed"
MOST_DIFFERENCES = 3  # runs that train beside the project's own


@dataclass(frozen=True)
class Difference:
    """`text` is the value as it was typed; what it means depends on the project."""

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}={self.text}"


def differences(text: str) -> tuple[Difference, ...]:
    """KEY=A,B,… as differences of one key; raises SettingError for what is no such list."""
    key, equals, values = text.partition("=")
    found = [value.strip() for value in values.split(",")]
    key = key.strip()
    if not equals or not key or not all(found):
        raise SettingError(f"{text!r} is not understood; give a key and values, such as loss=mse,binary_cross_entropy.")
    repeated = next((value for k, value in enumerate(found) if value in found[:k]), None)
    if repeated is not None:
        raise SettingError(f"{text!r} names {repeated} twice; runs that are the same cannot be compared.")
    return tuple(Difference(key, value) for value in found)
