"""What lies where in the arena.

The arena begins with the *head*: counts, the state of the run, and for each table the byte
offset of its first record. Behind it lie the tables, each a row of records of equal size. All
places are relative to the head, so a copy of an arena is an arena.

Every table has one block of constants here: the numbers of its fields, then its size. They are
plain whole numbers, which compiled code holds as constants. To add a field, write its name into
the block and raise the number in ``range`` by one; nothing else depends on the order.
"""

from __future__ import annotations

from vtwin.engines.kernel.memory import FIELD, compiled, load

#: In the calendar: no event. Later than any tick a run can reach.
NEVER = 2**63 - 1

#: Why the entry came back.
REACHED, PAUSED, ROWS_FULL, STALLED, NO_TIME, OVERFLOWED = range(6)

# The head. "H_<TABLE>" is the byte offset of a table, "H_<TABLE>_COUNT" its records.
(
    H_NOW,
    H_BEGUN,  # the plant was set going (tick 0)
    H_CHANGED,  # a timed event of this tick changed something: phase C has to follow
    H_STATUS,  # why the run cannot go on (STALLED, NO_TIME, OVERFLOWED), else 0
    H_ERROR,  # with NO_TIME: number of the stream + 1
    H_SEED,
    H_REPLICATION,
    H_HORIZON,
    H_EVENTS,  # timed events so far
    H_TREE,  # see calendar.py
    H_LEAVES,
    H_STREAMS,
    H_VALUES,  # of empirical distributions, doubles
    H_ROWS,
    H_ROW_COUNT,
    H_ROW_MARK,  # so many rows are fetched at the end of an instant
    H_ROW_LIMIT,  # room for so many; 0: no trace is written
    H_SIZE,
) = range(18)

# A node of the calendar's tournament tree.
(
    N_TIME,
    N_SLOT,
    N_SIZE,
) = range(3)

# A stream of random draws, and the four words it has in stock.
(
    S_KIND,  # streams.CONSTANT, or a kind of vtwin.base.streams
    S_NAME,  # hash64 of entity and purpose
    S_WORD,  # number of the next unused word
    S_LANES,  # 4 fields
    S_TICKS,  # CONSTANT: every draw
    S_A,  # doubles: parameters,
    S_B,
    S_C,
    S_D,  # and what `prepare` makes of them
    S_E,
    S_VALUES,  # EMPIRICAL: number of the first value
    S_VALUE_COUNT,
    S_SIZE,
) = (0, 1, 2, 3, *range(7, 16))

# A row of the trace.
(
    R_TIME,
    R_KIND,
    R_ENTITY,
    R_ITEM,
    R_VALUE,
    R_SIZE,
) = range(6)


@compiled
def record(m: int, table: int, size: int, index: int) -> int:
    """Address of a record: ``table`` is the head field of its table, ``size`` in fields."""
    return m + load(m, table) + index * (size * FIELD)
