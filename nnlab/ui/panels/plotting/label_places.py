"""Places for labels: texts beside the points they name, pushed apart until each can be read."""

from __future__ import annotations

from collections.abc import Sequence


def push_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to the wanted ones as can be, in the same order, at least `gap` apart and within low … high.

    Labels that collide form a cluster centred on the mean of where they want to be (pool adjacent violators, the exact
    least-squares solution). When they do not all fit, they fill the room evenly.
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    if (len(wanted) - 1) * gap > high - low:
        gap = max(0.0, (high - low) / max(1, len(wanted) - 1))
    clusters: list[list[float]] = []  # [sum of (wanted − offset within the cluster), count]
    for place, i in enumerate(order):
        clusters.append([wanted[i] - place * gap, 1.0])
        while len(clusters) > 1 and clusters[-2][0] / clusters[-2][1] > clusters[-1][0] / clusters[-1][1]:
            total, count = clusters.pop()
            clusters[-1][0] += total
            clusters[-1][1] += count
    result = [0.0] * len(wanted)
    place, top = 0, high - (len(wanted) - 1) * gap
    for total, count in clusters:
        start = min(max(total / count, low), top)
        for _ in range(int(count)):
            result[order[place]] = start + place * gap
            place += 1
    return result
