"""How often pictures are drawn where training wants every core: as often as a share of one core allows.

Where one network's steps are shared out between the cores, both stop while the window has one of them; of several runs that train side by
side only one does. So the window has less in the first case.

What the window's thread takes is measured as a whole, with everything that painting costs beside the drawing itself, so that no panel
has to know its own price. Above the share every panel and the canvas wait so many times longer than usual between two drawings (`stretch`);
each keeps its pace relative to the others, and the window goes on answering sixty times a second.
"""

from __future__ import annotations

SHARE_OF_A_STEP = 0.09  # of one core that the window's thread may take where all work at one step
SHARE_OF_RUNS = 0.25  # where each has a run of its own
MEASURED_SECONDS = 0.5  # over which its share is measured
MOST_AT_ONCE = 4.0  # times that the stretch may grow or shrink between two measurements
USUAL = 1 / 30  # seconds between two drawings of a picture
LONGEST = 0.5  # seconds that the stretch may keep a picture waiting


class DrawingPace:
    """`stretch`: how many times longer than usual pictures wait; 1 while a core is left to the window."""

    def __init__(self) -> None:
        self.stretch = 1.0
        self._since: tuple[float, float] | None = None  # when, and what the window's thread had taken by then

    @property
    def picture_seconds(self) -> float:
        """Between two drawings of a picture that usually comes thirty times a second; 0 where nothing waits longer than usual."""
        return stretched(USUAL, self.stretch) if self.stretch > 1.0 else 0.0

    def tick(self, now: float, spent: float, share: float | None) -> None:
        """To be told regularly: the time, the seconds of a core the window's thread has taken by now, and the share it may; None: any."""
        if share is None:
            self.stretch, self._since = 1.0, None
            return
        if self._since is None:
            self._since = now, spent
        seconds = now - self._since[0]
        if seconds >= MEASURED_SECONDS:
            too_much = (spent - self._since[1]) / seconds / share
            change = min(MOST_AT_ONCE, max(1.0 / MOST_AT_ONCE, too_much))
            self.stretch = min(LONGEST * 60.0, max(1.0, self.stretch * change))
            self._since = now, spent


def stretched(seconds: float, stretch: float) -> float:
    """How long a picture waits that usually does so for `seconds`."""
    return max(seconds, min(seconds * stretch, LONGEST))
