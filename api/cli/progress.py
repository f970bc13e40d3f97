"""
Telling that long work goes on: nothing for the first second, then where it stands, on stderr.

On a terminal a line that moves and goes away; elsewhere now and then the stage.
"""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from api.cli.words import Words

QUIET_SECONDS = 1.0
BETWEEN_LINES = 2.0
"""Seconds between two lines in a log, so that many short stages do not fill it."""


class Progress:
    """
    A ``progress`` argument for ``gis``: call it with a stage and its share done, or None.

    Use it as a context; when the context ends, the line is gone.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._stage = ""
        self._told = ""
        self._told_at = float("-inf")
        self._share: float | None = None
        self._bar: Any = None
        self._task: Any = None
        self._lock = threading.RLock()
        self._loud = False
        self._timer = threading.Timer(QUIET_SECONDS, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Start to count the quiet second."""
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        self._timer.cancel()
        with self._lock:
            self._loud = False
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, share: float | None = None) -> None:
        """Tell which stage has come, and how much of it is done."""
        with self._lock:
            self._stage, self._share = stage, share
            if self._loud:
                self._show()

    def stage(self, words: Words) -> None:
        """Tell which stage has come, in the user's language."""
        self(words.of(self._lang))

    def reading(self, words: Words) -> Callable[[str, float | None], None]:
        """
        Return what to hand to a reader, whose own stages are named in Chinese.

        In another language the stage is ``words`` from beginning to end; the share still moves.
        """
        if self._lang == "zh":
            return self
        return lambda _stage, share: self(words.of(self._lang), share)

    def _begin(self) -> None:
        with self._lock:
            self._loud = True
            self._show()

    def _show(self) -> None:
        if sys.stderr.isatty():
            self._draw()
        elif self._stage != self._told and time.monotonic() - self._told_at >= BETWEEN_LINES:
            self._told, self._told_at = self._stage, time.monotonic()
            print(f"{self._stage} …", file=sys.stderr, flush=True)  # noqa: T201 - the talk

    def _draw(self) -> None:
        if self._bar is None:
            self._bar = _bar()
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        total = None if self._share is None else 1.0
        self._bar.update(
            self._task, description=self._stage, total=total, completed=self._share or 0.0
        )


def _bar() -> Any:
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=24),
        progress.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
