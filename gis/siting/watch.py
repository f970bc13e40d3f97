"""
Keeping an eye on a long solve: the time left, Ctrl-C, and news for whoever waits.

    with Watch(time_limit, gap, progress) as watch: … watch.over … watch.tell(objective, bound)
"""

import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

_NEWS_SECONDS = 0.2
PROVED = 1e-9
"""A relative gap that floating point cannot tell from none."""


@dataclass(frozen=True)
class Progress:
    """News of a solve; ``objective`` and ``bound`` are NaN as long as there is none."""

    seconds: float
    objective: float
    bound: float
    gap: float


Tell = Callable[[Progress], object]


def gap_between(objective: float, bound: float) -> float:
    """Return the gap relative to the objective: 0 where equal, NaN where one is unknown."""
    if objective == bound:
        return 0.0
    return abs(bound - objective) / max(abs(objective), 1e-12)


class Watch:
    """
    Time limit, gap and interruption of one solve.

    Inside ``with`` Ctrl-C stops the solve instead of raising, so that the best found so far is
    returned; a second one raises as usual. Only Python's main thread is given signals; from
    another thread, or a service, call ``stop``.
    """

    def __init__(
        self, time_limit: float | None = None, gap: float = 0.0, progress: Tell | None = None
    ) -> None:
        self.gap = gap
        self._progress = progress
        self._began = time.perf_counter()
        self._ends = math.inf if time_limit is None else self._began + time_limit
        self._stopped = threading.Event()
        self._told = -math.inf
        self._before: Any = None

    def __enter__(self) -> Self:
        """Turn Ctrl-C into ``stop``."""
        if threading.current_thread() is threading.main_thread():
            usual = signal.getsignal(signal.SIGINT)
            if usual is signal.default_int_handler:
                self._before = usual
                signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give Ctrl-C back."""
        self._restore()

    def _restore(self) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _interrupted(self, *_: object) -> None:
        self._restore()
        self.stop()

    def stop(self) -> None:
        """End the solve at the next look; may be called from any thread."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._stopped.is_set()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._began

    @property
    def left(self) -> float:
        """Seconds left, at least 0; inf without a limit."""
        return max(0.0, self._ends - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether to come to an end with what is there."""
        return self.stopped or time.perf_counter() >= self._ends

    def near(self, objective: float, bound: float) -> bool:
        """Whether the asked gap is reached (without one: proved)."""
        return gap_between(objective, bound) <= max(self.gap, PROVED)

    def tell(self, objective: float, bound: float) -> None:
        """Pass on news, not more often than people can read them."""
        now = time.perf_counter()
        if self._progress is None or now - self._told < _NEWS_SECONDS:
            return
        self._told = now
        gap = gap_between(objective, bound)
        self._progress(Progress(now - self._began, objective, bound, gap))
