"""How numbers and settings are written in sentences: digits as a person writes them, 1e-05 and 1e+09 never.

Sentences are made below the window, and read on the command line too; `nnlab.ui.look.numbers` writes the figures that stand alone in it.
"""

from __future__ import annotations

import math

LARGEST = 10**300  # whole numbers beyond have no float, and their digits would be no sentence


def plain_number(value: float) -> str:
    """A number that somebody chose, in full: 10,000,000 and 0.0001; a power of ten (3.2e18) only where digits would be a long row."""
    if isinstance(value, int) and abs(value) > LARGEST:
        return f"{'-' if value < 0 else ''}1e{math.floor(math.log10(abs(value)))}"
    if not math.isfinite(value):
        return _special(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if 1e-10 <= abs(value) < 1e-4:
        return f"{float(f'{value:.6g}'):.15f}".rstrip("0")
    if 1e-4 <= abs(value) < 1e6:
        return f"{value:,.6g}"
    return _power(value, 4)


def rounded(value: float, digits: int = 4) -> str:
    """A number that was computed, with so many significant digits and no zeros at its end: 0.25, 12,346, 4.9e-16."""
    value = float(value)
    if not math.isfinite(value):
        return _special(value)
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        return _power(value, digits)
    exponent = int(f"{value:.{digits - 1}e}".rpartition("e")[2])
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float, digits: int = 0) -> str:
    """A share of one in a sentence, as everywhere in the window: 85 %."""
    return f"{100.0 * share:,.{digits}f} %"


def setting_value(value: object) -> str:
    """A setting's value in a sentence."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return plain_number(value)
    return "nothing" if value in ("", None) else str(value)


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"


def _power(value: float, digits: int) -> str:
    """A mantissa and a power of ten: 3.2e18, 1e-30; whole digits where the power is small."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"
