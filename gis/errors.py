"""
What can go wrong, as one small tree.

    GisError
    ├── InputError     the caller's data or options are at fault: fix and try again
    │   └── FrameError     a coordinate frame is missing, wrong, or needs a conversion
    └── ResultError    the input is fine, yet no answer exists

A message names the file, the row, the column, what was found and what to do. It never
repeats a person's data: for personal columns the place is named, not the value.
"""

from collections.abc import Sequence


class GisError(Exception):
    """
    Base of all errors raised on purpose.

    ``str(error)`` is the Chinese message, ``error.english`` the English one (the same text where
    only one was given). ``problems`` lists every fault found, one line each, so that all can be
    mended at once.
    """

    def __init__(self, message: str, *, english: str = "", problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.english = english or message
        self.problems = tuple(problems)

    def text(self, lang: str = "zh") -> str:
        """Return the message in ``zh`` or ``en``."""
        return self.english if lang == "en" else str(self)


class InputError(GisError):
    """The input cannot be used as it is."""


class FrameError(InputError):
    """A coordinate frame is missing, does not fit the data, or needs a named conversion."""


class ResultError(GisError):
    """No answer exists for a correct question."""
