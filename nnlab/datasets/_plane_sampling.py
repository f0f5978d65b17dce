"""What TensorFlow Playground's data sets share: points in the square -6 … 6, and noise from 0 to 50 %.

The generators follow `src/dataset.ts` of TensorFlow Playground (Smilkov, Carter et al., Apache License 2.0):
the same ranges, labels and meaning of noise. Noise moves the point at which the *label* is read and leaves the
point itself where it is (the spiral and the Gaussians move the points). All random numbers are drawn whether there
is noise or not, so moving the noise slider disturbs the same points instead of making new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from nnlab.core.dataset import Interval, Table, Target
from nnlab.core.setting import Setting, Value

FEATURES = ("x", "y")
DOMAIN: tuple[Interval, Interval] = ((-6.0, 6.0), (-6.0, 6.0))

# The label of points (x, y): both arrays (samples,), the result (samples,).
LabelFunction = Callable[[np.ndarray, np.ndarray], np.ndarray]


def samples_setting(default: int) -> Setting:
    return Setting(
        "samples", default, minimum=10, maximum=100_000, logarithmic=True, tip="Number of points, training and validation together."
    )


def noise_setting(tip: str) -> Setting:
    return Setting("noise", 0.0, minimum=0.0, maximum=50.0, title="Noise %", tip=tip)


LABEL_NOISE = noise_setting("Largest distance between a point and the position that decides its label, in percent of the plane's radius.")

# TensorFlow Playground and the older papers (LeCun et al., Efficient BackProp, 1998, section 4.5) train a tanh output towards -1 and 1.
SIGNED = Setting("signed", False, "Numbers −1, 1", "The two classes as the numbers -1 and 1, for a tanh output trained by squared error.")


def uniform_points(generator: np.random.Generator, samples: int, radius: float) -> np.ndarray:
    """Points (samples, 2) spread evenly over the square -radius … radius."""
    return generator.uniform(-radius, radius, (samples, 2))


def noisy_labels(
    generator: np.random.Generator, points: np.ndarray, label: LabelFunction, radius: float, noise_percent: float
) -> np.ndarray:
    """The labels at the points, each moved by up to radius · noise in x and in y."""
    moved = points + uniform_points(generator, len(points), radius) * (noise_percent / 100.0)
    return label(moved[:, 0], moved[:, 1])


def halves(samples: int) -> tuple[int, int]:
    """The sizes of two classes of `samples` points together."""
    return samples - samples // 2, samples // 2


def two_classes(points: np.ndarray, positive: np.ndarray, negative_name: str, positive_name: str, settings: Mapping[str, Value]) -> Table:
    """A table of points with labels true (class 1, Playground's +1) and false (class 0, its -1), or these numbers themselves."""
    if settings.get("signed", SIGNED.default):
        return one_number(points, np.where(positive, 1.0, -1.0))
    return Table(points, positive.astype(np.int64), FEATURES, Target("binary", (negative_name, positive_name)), domain=DOMAIN)


def one_number(points: np.ndarray, values: np.ndarray) -> Table:
    """A table of points with one continuous value each."""
    return Table(points, values.reshape(-1, 1), FEATURES, Target("continuous", ("value",)), domain=DOMAIN)
