"""What lies where in the arena.

The arena begins with the *head*: counts, the state of the run, and for each table the address
of its first record. Behind it lie the tables, each a row of records of equal size. Addresses
are absolute while a plant runs: whoever copies an arena moves them along.

Every table has one block of constants here: the numbers of its fields, then its size. They are
plain whole numbers, which compiled code holds as constants. To add a field, write its name into
the block; the numbers follow.
"""

from __future__ import annotations

from vtwin.engines.kernel.memory import FIELD, compiled, load

#: In the calendar: no event. Later than any tick a run can reach.
NEVER = 2**63 - 1

# The head
(
    H_NOW,
    H_BEGUN,  # the plant was set going (tick 0)
    H_CHANGED,  # a timed event of this tick changed something: phase C has to follow
    H_STALLED,
    H_ERROR,  # 1 + number of the stream whose draw was no time (V501), else 0
    H_FULL,  # no room was left for an item or a trace row: to be run again with more
    H_SEED,
    H_REPLICATION,
    H_TREE,  # see calendar.py
    H_TREE_LEAVES,
    H_STREAMS,
    H_TRACE,  # whether rows are kept
    H_ROWS,
    H_ROWS_ROOM,
    H_ROWS_USED,
    H_SIZE,
    *_,
) = range(1000)

# A node of the calendar's tournament tree
(
    N_TIME,
    N_SLOT,
    N_SIZE,
    *_,
) = range(1000)

# A stream of random draws
(
    S_KIND,  # streams.CONSTANT, or a kind of vtwin.base.streams
    S_NAME,  # hash64 of entity and purpose
    S_WORD,  # number of the next unused word
    S_LANES,  # the block of four words it is in
    S_LANE_1,
    S_LANE_2,
    S_LANE_3,
    S_TICKS,  # CONSTANT: every draw
    S_A,  # doubles: parameters,
    S_B,
    S_C,
    S_D,  # and what `prepare` makes of them
    S_E,
    S_VALUES,  # EMPIRICAL: address of the first value, a double
    S_VALUE_COUNT,
    S_SIZE,
    *_,
) = range(1000)

# A row of the trace
(
    R_TIME,
    R_KIND,
    R_ENTITY,
    R_ITEM,
    R_VALUE,
    R_SIZE,
    *_,
) = range(1000)


@compiled
def record(m: int, table: int, size: int, index: int) -> int:
    """Address of a record: ``table`` is the head field of its table, ``size`` in fields."""
    return load(m, table) + index * (size * FIELD)
