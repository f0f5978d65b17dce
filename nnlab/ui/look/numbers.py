"""How numbers are written in the window.

Three or four significant digits, the minus of a textbook (U+2212), 4.87e−4 below a thousandth, thousands separated by commas. A
column of numbers shares one decimal point: `split_at_point` cuts a written number in two, the integer part to be set right
aligned and the rest left aligned. `parse_number` reads everything written here, and what people type.
"""

from __future__ import annotations

import math
import re

import numpy as np

MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"
NOTHING = "\u2013"  # an en dash, for a value that does not exist yet
SMALLEST_PLAIN = 1e-3  # smaller ones are written with an exponent
LARGEST_PLAIN = 6  # the power of ten from which larger ones are


def number(value: float, digits: int = 4) -> str:
    """A number with `digits` significant digits, one fewer below 0.1 and with an exponent: 9.383, 0.4496, 0.0131, 4.87e−4.

    So a number of four digits is never wider than 0.00131. From 10^digits on, the whole integer part is written (12,346); from
    a million on, the exponent (1.23e7).
    """
    special = _special(value)
    if special is not None:
        return special
    if value == 0:
        return "0"
    if abs(value) < 0.1:
        digits = max(1, digits - 1)
    # Rounding may carry into the next power of ten, so the exponent is read from the rounded number.
    exponent = int(f"{value:.{digits - 1}e}".rpartition("e")[2])
    if abs(value) < SMALLEST_PLAIN:
        return scientific(value, digits)
    if exponent >= LARGEST_PLAIN:
        return scientific(value, max(1, digits - 1))
    return _signs(f"{value:,.{max(0, digits - 1 - exponent)}f}")


def with_minus(sentence: str) -> str:
    """A sentence in which negative numbers have the minus of a textbook; hyphens stay."""
    return re.sub(r"(?<![\w.−-])-(?=\d)|(?<=\de)-(?=\d)", MINUS, sentence)


def short(value: float, digits: int = 4) -> str:
    """A number without the zeros that end it, for values people choose: 0.004, 1e−5."""
    whole, point, rest = number(value, digits).partition(".")
    if not point:
        return whole
    fraction, e, exponent = rest.partition("e")
    fraction = fraction.rstrip("0")
    return f"{whole}{'.' if fraction else ''}{fraction}{e}{exponent}"


def fixed(value: float, decimals: int = 4) -> str:
    """A number with a fixed count of decimals, for tables whose rows are compared: −1.7981. Small ones are not abridged."""
    special = _special(value)
    if special is not None:
        return special
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else _signs(text)  # no −0.0000


def scientific(value: float, digits: int = 3) -> str:
    """Mantissa and exponent: 4.87e−4, 1.6e−11, 1e5."""
    special = _special(value)
    if special is not None:
        return special
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return _signs(f"{mantissa}e{int(exponent)}")


def editable(value: float | int) -> str:
    """A number as it stands in a field: every digit it has, no separators; 0.001, 1e−5, 65536."""
    if isinstance(value, int):
        return _signs(str(value))
    special = _special(value)
    if special is not None:
        return special
    text = repr(float(value) + 0.0)  # + 0.0: no −0
    mantissa, e, exponent = text.partition("e")
    return _signs(f"{mantissa.removesuffix('.0')}{f'e{int(exponent)}' if e else ''}")


def count(value: int) -> str:
    """A whole number with thousands separated: 4,304."""
    return _signs(f"{value:,d}")


def rate(value: float) -> str:
    """Events per second, three significant digits and no exponent: 0.52, 12.3, 1,240, 485,000."""
    special = _special(value)
    if special is not None:
        return special
    if value == 0:
        return "0"
    exponent = int(f"{value:.2e}".rpartition("e")[2])
    rounded = round(value, 2 - exponent)
    return _signs(f"{rounded:,.{min(3, max(0, 2 - exponent))}f}")


def duration(seconds: float) -> str:
    """Three digits with a unit: 12.3 µs."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= 0.9995 * factor:
            return f"{short(seconds / factor, 3)} {unit}"
    return f"{short(seconds / 1e-9, 3)} ns"


def percent(share: float) -> str:
    """A share of one as 95.8 %. Only the whole is 100 % and only nothing is 0 %: in between stands > 99.9 % or < 0.1 %."""
    special = _special(share)
    if special is not None:
        return special
    value = share * 100
    if 99.95 <= value < 100:
        text = f">{NO_BREAK_SPACE}99.9"
    elif 0 < value < 0.05:
        text = f"<{NO_BREAK_SPACE}0.1"
    elif value in (0, 100):
        text = f"{value:.0f}"
    else:
        text = _signs(f"{value:,.1f}")
    return f"{text}{NO_BREAK_SPACE}%"


def split_at_point(text: str) -> tuple[str, str]:
    """A written number as (integer part, everything from the decimal point or exponent or unit on)."""
    match = re.search(rf"[.e%{NO_BREAK_SPACE}]", text.lstrip(f"<>{NO_BREAK_SPACE}"))
    if match is None:
        return text, ""
    cut = match.start() + len(text) - len(text.lstrip(f"<>{NO_BREAK_SPACE}"))
    return text[:cut], text[cut:]


_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)


def parse_number(text: str) -> float | None:
    """What a person typed as a number, or None. Understands − and -, 1,000, 1e-3, 12 % (as 0.12), ∞ and NaN."""
    plain = text.strip().replace(MINUS, "-").replace(NO_BREAK_SPACE, " ")
    if plain.lower() in ("nan", "∞", "-∞"):
        return {"nan": math.nan, "∞": math.inf, "-∞": -math.inf}[plain.lower()]
    share = plain.endswith("%")
    plain = plain.removesuffix("%").strip()
    match = _NUMBER.fullmatch(plain)
    if match is None or not re.search(r"\d", plain.lower().partition("e")[0]):
        return None
    value = float(plain.replace(",", ""))
    return value / 100 if share else value


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return None


def _signs(text: str) -> str:
    return text.replace("-", MINUS)


def decimals(values: np.ndarray | list[float], digits: int = 4, most: int = 6) -> int:
    """How many decimals a column of numbers takes, so that its largest has about `digits` significant digits."""
    magnitudes = np.abs(np.asarray(values, np.float64))
    magnitudes = magnitudes[np.isfinite(magnitudes) & (magnitudes > 0)]
    if not magnitudes.size:
        return digits - 1
    return int(np.clip(digits - 1 - np.floor(np.log10(magnitudes.max())), 0, most))
