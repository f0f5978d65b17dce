"""Lists of positive numbers that a person types into a setting, such as one weight for each class: "1, 2.5, 0.5"."""

from __future__ import annotations

import math


def positive_numbers(text: str) -> tuple[float, ...]:
    """The numbers in `text`, separated by commas, semicolons or spaces; none in an empty text.

    Raises ValueError saying what is accepted, as `Setting.reader` must.
    """
    try:
        numbers = tuple(float(part) for part in text.replace(",", " ").replace(";", " ").split())
    except ValueError:
        numbers = (math.nan,)
    if not all(math.isfinite(number) and number > 0 for number in numbers):
        raise ValueError("it must be positive numbers separated by commas or spaces, or empty for 1 everywhere")
    return numbers
