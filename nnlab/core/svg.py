"""SVG by hand: a few elements as text, for notebooks and reports, where no window is.

Lines and letters have the colour of the text around them (`currentColor`), so that a picture fits a light page and a dark one. What comes
from people, such as names, goes through `text` or `attribute` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

FONT = "font-family:system-ui,sans-serif;font-size:12px"


def document(width: float, height: float, parts: Iterable[str], title: str) -> str:
    """A picture; `title` is what screen readers say."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}"'
    style = f"{FONT};max-width:100%;height:auto"
    return f'{head} role="img" style="{style}"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, anchor: str = "middle", strong: bool = False, faint: bool = False) -> str:
    style = (' font-weight="600"' if strong else "") + (' fill-opacity="0.7"' if faint else "")
    return f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}" fill="currentColor"{style}>{clean(words)}</text>'


def clean(words: str) -> str:
    """Words from anywhere as the content of an element: no control characters, which XML does not know."""
    return escape("".join(letter if letter.isprintable() else "·" for letter in words))


def line(points: Sequence[tuple[float, float]], width: float = 1.5, dash: str = "", opacity: float = 1.0) -> str:
    """A polyline through points."""
    path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    style = (f' stroke-dasharray="{dash}"' if dash else "") + (f' stroke-opacity="{opacity}"' if opacity < 1 else "")
    return f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="{width}"{style}/>'


def area(points: Sequence[tuple[float, float]], opacity: float = 0.13) -> str:
    """A filled polygon."""
    path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return f'<polygon points="{path}" fill="currentColor" fill-opacity="{opacity}"/>'


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
