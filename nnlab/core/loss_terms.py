"""Pieces of the explanations of losses that compare outputs with targets of the same shape and take the mean of everything.

See `nnlab.core.explanation`. A loss of this kind keeps `sample_loss`; N is the number of samples, K that of outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlab.core.explanation import Explanation, ExplanationContext, Factor, abridged_sum, factor, number, shortened, sum_of_numbers
from nnlab.core.term_sum import mean_of


def outputs(m: ExplanationContext) -> int:
    """K: how many numbers the network gives for one sample."""
    return int(m["x"][0].size)


def pairs(m: ExplanationContext) -> tuple[np.ndarray, np.ndarray]:
    """The outputs and the targets of the explained sample, as vectors."""
    return m["x"][m.index[0]].ravel(), m["target"][m.index[0]].ravel()


def error(output: float, target: float) -> str:
    """y - t with numbers."""
    return f"{number(output)} - {factor(target)}"


def mean_over_samples(own: str, words: str) -> Explanation:
    """L = 1/N times the sum of the samples' losses; `own` writes one out where there is one output."""
    return Explanation(
        "loss",
        lambda m: r"L = \frac{1}{N} \sum_n " + (own if outputs(m) == 1 else r"\ell_n"),
        lambda m: rf"\frac{{1}}{{{len(m['x'])}}} \left({sum_of_numbers(m.after['sample_loss'])}\right)",
        lambda m: words + shortened(len(m["x"])),
        terms=lambda m: mean_of("sample_loss", len(m["x"])),
    )


def mean_over_outputs(terms: Sequence[str], sizes: np.ndarray) -> str:
    """A sample's loss with numbers: one term alone, else 1/K times their sum. `sizes` say which are written out."""
    if len(terms) == 1:
        return terms[0]
    return rf"\frac{{1}}{{{len(terms)}}} \left({abridged_sum(lambda k: terms[k], sizes)}\right)"


def share_of_mean() -> Factor:
    """What one output of one sample counts in the mean."""
    return Factor(
        "from the mean",
        lambda m: r"\frac{1}{N}" if outputs(m) == 1 else r"\frac{1}{N K}",
        lambda m: rf"\frac{{1}}{{{m['x'].size}}}",
        lambda m: 1 / m["x"].size,
        is_constant=True,
    )
