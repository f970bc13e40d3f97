"""
Reading, cutting and comparing 0/1 matrices, compiled.

A matrix is ``start, site``: the columns of row i are ``site[start[i] : start[i + 1]]``, ascending;
the other way round it is ``first, row``.
"""

from typing import Any

import numpy as np

from gis.compiled import compiled, inlined


@inlined
def mix(value: Any) -> Any:
    """Scatter a number over 64 bits (Steele, Lea & Flood 2014, SplitMix64)."""
    x = np.uint64(value) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def transposed(start: Any, site: Any, columns: Any) -> Any:
    """Return the rows of each column: first, row."""
    first = np.zeros(columns + 1, dtype=np.int64)
    for at in range(len(site)):
        first[site[at] + 1] += 1
    for column in range(columns):
        first[column + 1] += first[column]
    row = np.empty(len(site), dtype=np.int32)
    free = first[:-1].copy()
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            column = site[at]
            row[free[column]] = i
            free[column] += 1
    return first, row


@compiled
def cut(start: Any, site: Any, rows: Any, number: Any) -> Any:
    """Keep some rows (positions), and the columns that have a new number (not -1)."""
    new_start = np.zeros(len(rows) + 1, dtype=np.int64)
    room = 0
    for i in rows:
        room += start[i + 1] - start[i]
    new_site = np.empty(room, dtype=np.int32)
    count = 0
    for q in range(len(rows)):
        for at in range(start[rows[q]], start[rows[q] + 1]):
            column = number[site[at]]
            if column >= 0:
                new_site[count] = column
                count += 1
        new_start[q + 1] = count
    return new_start, new_site[:count].copy()


@compiled
def same_rows(start: Any, site: Any) -> Any:
    """
    Group rows with the same columns (each row's columns ascending).

    Returns the group of each row (-1: no columns) and the first row of each group; groups are
    numbered in order of their first rows. Rows are found by a hash and compared, so that it is
    exact; cost: stored entries.
    """
    rows = len(start) - 1
    size = 2
    while size < 2 * rows + 2:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    group = np.full(rows, -1, dtype=np.int32)
    leader = np.empty(rows, dtype=np.int32)
    hashes = np.empty(rows, dtype=np.uint64)
    count = 0
    for i in range(rows):
        begin, length = start[i], start[i + 1] - start[i]
        if length == 0:
            continue
        key = np.uint64(0)
        for at in range(begin, begin + length):
            key += mix(site[at])
        slot = np.int64(key & np.uint64(size - 1))
        while group[i] < 0:
            other = table[slot]
            if other < 0:
                table[slot], group[i] = count, count
                leader[count], hashes[count] = i, key
                count += 1
            elif hashes[other] == key:
                theirs = start[leader[other]]
                same = start[leader[other] + 1] - theirs == length
                at = 0
                while same and at < length:
                    same = site[theirs + at] == site[begin + at]
                    at += 1
                if same:
                    group[i] = other
            slot = (slot + 1) & (size - 1)
    return group, leader[:count].copy()


@compiled
def inside_another(first: Any, row: Any, start: Any, site: Any) -> Any:
    """
    Flag columns whose rows all lie in another column; of equal ones the first is not flagged.

    Columns without rows are flagged. Whoever holds all rows of a column holds its rarest, so only
    those are compared. Called with rows and columns exchanged it flags rows.
    """
    columns = len(first) - 1
    flags = np.zeros(columns, dtype=np.bool_)
    for j in range(columns):
        begin, end = first[j], first[j + 1]
        if begin == end:
            flags[j] = True
            continue
        rarest = row[begin]
        for at in range(begin, end):
            i = row[at]
            if start[i + 1] - start[i] < start[rarest + 1] - start[rarest]:
                rarest = i
        for at in range(start[rarest], start[rarest + 1]):
            k = site[at]
            theirs, last = first[k], first[k + 1]
            if k == j or last - theirs < end - begin or (last - theirs == end - begin and k > j):
                continue
            mine = begin
            while mine < end and last - theirs >= end - mine:
                i = row[mine]
                while theirs < last and row[theirs] < i:
                    theirs += 1
                if theirs == last or row[theirs] != i:
                    break
                mine += 1
                theirs += 1
            if mine == end:
                flags[j] = True
                break
    return flags


@compiled
def holding_another(start: Any, site: Any, first: Any, row: Any) -> Any:
    """
    Flag rows that hold all columns of another row; of equal ones the first is not flagged.

    Whoever holds all columns of a row stands in its rarest column, so only those are compared.
    """
    rows = len(start) - 1
    flags = np.zeros(rows, dtype=np.bool_)
    for j in range(rows):
        begin, end = start[j], start[j + 1]
        if flags[j] or begin == end:  # what a flagged row would flag, the row it holds flags
            continue
        rarest = site[begin]
        for at in range(begin, end):
            k = site[at]
            if first[k + 1] - first[k] < first[rarest + 1] - first[rarest]:
                rarest = k
        for at in range(first[rarest], first[rarest + 1]):
            i = row[at]
            theirs, last = start[i], start[i + 1]
            if i == j or flags[i] or last - theirs < end - begin:
                continue
            mine = begin
            while mine < end and last - theirs >= end - mine:
                k = site[mine]
                while theirs < last and site[theirs] < k:
                    theirs += 1
                if theirs == last or site[theirs] != k:
                    break
                mine += 1
                theirs += 1
            if mine == end:
                flags[i] = True
    return flags
