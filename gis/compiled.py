"""
Compiling inner loops, with the result kept for the next start.

Compiled code lies beside its module, else in the user's cache folder, or where NUMBA_CACHE_DIR
says; where nothing can be written it is compiled anew at each start.
"""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call; it runs without Python's lock."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder to keep compiled code in
        return njit(nogil=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Write a small function out wherever a compiled one calls it."""
    return njit(inline="always")(function)
