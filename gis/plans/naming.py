"""Positions of sites by their ids, with what is near where an id is not there."""

import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import InputError

_NAMED = 5


def positions_of(
    word: str, names: Sequence[str], ids: pd.Index, what: tuple[str, str]
) -> NDArray[np.int64]:
    """
    Return the position of each name among ids, sorted.

    Raises
    ------
    InputError
        One is not there; names the word, the id, and ids like it.
    """
    found: NDArray[np.int64] = ids.get_indexer(pd.Index(names, dtype="object"))
    missing = [name for name, at in zip(names, found, strict=True) if at < 0]
    if missing:
        listed = [str(each) for each in ids]
        near = difflib.get_close_matches(missing[0], listed, n=_NAMED, cutoff=0.4)
        shown = ", ".join(near or listed[:_NAMED]) or "–"
        more = f"（共 {len(listed)} 个）" if len(listed) > _NAMED else ""
        raise InputError(
            f"{word}：没有{what[0]}“{missing[0]}”；可用：{shown}{more}",
            english=f"{word}: found no {what[1]} '{missing[0]}'; there is: {shown}"
            + (f" (of {len(listed)})" if more else ""),
        )
    return np.sort(found.astype(np.int64))
