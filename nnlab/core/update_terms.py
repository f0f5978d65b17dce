"""What several optimisers share: pieces of formulas for their explanations (see `nnlab.core.explanation`), and when they are bounded."""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, ExplanationContext, base, bracketed, constant, factor, number, sum_of
from nnlab.core.fault import Fault
from nnlab.core.setting import Value
from nnlab.core.written import plain_number

LEAST_EPS = 1e-15


def is_bounded(settings: Mapping[str, Value]) -> bool:
    """`Optimizer.bounded` of the rules whose step is no longer than the gradients seen, or than the learning rate.

    Decay by more than the whole weight would make weights grow by themselves; without epsilon, a weight that never had a gradient
    is 0 / 0, and so it is when epsilon is lost in float32 or far below what the moments forget.
    """
    decays_at_most_all = float(settings["learning_rate"]) * float(settings.get("weight_decay", 0.0)) <= 1.0
    return decays_at_most_all and float(settings.get("eps", 1.0)) >= LEAST_EPS


def decays_all(rate: float, settings: Mapping[str, Value]) -> Doubt | None:
    """`Optimizer.doubt` of the rules whose decay takes a share of the weight, times the learning rate."""
    if rate * float(settings["weight_decay"]) < 1.0:
        return None
    return Doubt("Weight decay times the learning rate is 1 or more: every update takes the whole weight away.", {"weight_decay": 0.0})


def zero_over_zero(gradient: float, settings: Mapping[str, Value]) -> Fault | None:
    """`Optimizer.fault` of the rules that divide by a mean of squared gradients plus epsilon."""
    eps = float(settings["eps"])
    if eps >= LEAST_EPS or gradient * gradient > 1e-37:
        return None
    return Fault(f"its gradient is {plain_number(gradient)} and eps is {plain_number(eps)}: a division by 0", "set eps above 0, as to 1e−8")


def slope(m: ExplanationContext) -> float:
    """The gradient, with the pull of the weight decay when there is one."""
    return m.at("gradient") + float(m["weight_decay"]) * m.at("parameter")


def slope_symbols(m: ExplanationContext) -> str:
    return r"(g_{<*>} + \lambda w_{<*>})" if m["weight_decay"] else "g_{<*>}"


def slope_numbers(m: ExplanationContext) -> str:
    """The slope with numbers, in brackets when it is a sum; a negative gradient is not."""
    if not m["weight_decay"]:
        return number(m.at("gradient"))
    pull = rf"{constant(m['weight_decay'])} \cdot {factor(m.at('parameter'))}"
    return f"({sum_of([number(m.at('gradient')), pull])})"


def squared_slope(m: ExplanationContext) -> str:
    return f"{base(slope(m))}^2"


def average(former: float, beta: float, new: str) -> str:
    """A running average with numbers: beta times its former value and 1 - beta times what is new."""
    return rf"{constant(beta)} \cdot {factor(former)} + {constant(1 - beta)} \cdot {new}"


def decayed_symbols(m: ExplanationContext) -> str:
    """The weight from which an update starts, when weight decay acts on it directly."""
    return r"(1 - \eta \lambda) w_{<*>}" if m["weight_decay"] else "w_{<*>}"


def decayed_numbers(m: ExplanationContext) -> str:
    if not m["weight_decay"]:
        return number(m.at("parameter"))
    rate = rf"{constant(m['learning_rate'])} \cdot {constant(m['weight_decay'])}"
    return rf"(1 - {rate}) \cdot {factor(m.at('parameter'))}"


def adaptive_step(m: ExplanationContext) -> str:
    r"""Adam's \hat m / (\sqrt{\hat v} + \epsilon) with numbers, both averages corrected for their start at 0."""
    t = float(m.after["step"][0])
    mean = m.wrote("mean") / (1 - m["beta1"] ** t)
    square = m.wrote("square") / (1 - m["beta2"] ** t)
    return rf"\frac{{{number(mean)}}}{{\sqrt{{{number(square)}}} + {constant(m['eps'])}}}"


def running_mean(slope_is_decayed: bool) -> Explanation:
    """How Adam's mean of the gradient comes about; `slope_is_decayed`: the weight decay is part of the gradient."""
    return Explanation(
        "mean",
        lambda m: rf"m_{{<*>}} \leftarrow \beta_1 m_{{<*>}} + (1 - \beta_1)\, {slope_symbols(m) if slope_is_decayed else 'g_{<*>}'}",
        lambda m: average(m.at("mean"), m["beta1"], bracketed(slope_numbers(m)) if slope_is_decayed else factor(m.at("gradient"))),
        lambda m: "The running mean of the gradient is updated with the new gradient.",
    )


def running_square(slope_is_decayed: bool) -> Explanation:
    return Explanation(
        "square",
        lambda m: rf"v_{{<*>}} \leftarrow \beta_2 v_{{<*>}} + (1 - \beta_2)\, {slope_symbols(m) if slope_is_decayed else 'g_{<*>}'}^2",
        lambda m: average(m.at("square"), m["beta2"], squared_slope(m) if slope_is_decayed else f"{base(m.at('gradient'))}^2"),
        lambda m: "The running mean of the squared gradient is updated: it estimates how large the gradients of this weight usually are.",
    )


def adaptive_words(m: ExplanationContext) -> str:
    return (
        "The mean gradient is divided by its typical size, so every weight moves at a similar pace. Step "
        f"{m.after['step'][0]:.0f} of this weight: both averages are divided by 1 − β to that power, because they start at 0."
    )
