"""What lies where in the arena.

The arena is one array of 8-byte fields. It begins with the *head*; behind it lie the tables,
each a row of records of equal size, and lists of addresses. A record is known by its address,
a field by its number: ``load(machine, M_ITEM)`` is the item in a machine's hands.

Places in the head that begin a table are byte offsets from the head. Everywhere else a field
that names another record or a list holds its *address* (0: none): they are entered when a copy
of the arena is made (:class:`vtwin.engines.kernel.arena.Template`), so that nothing is looked up
by index while the plant runs.

Every table has a block of constants: the numbers of its fields, then its size. They are plain
whole numbers, which compiled code holds as constants. To add a field, write its name into the
block; the numbers follow. Sums that may pass 2^63 are *wide*: two fields, see ``sums.add_wide``.
"""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.memory import FIELD, load

#: The address of no record.
NOTHING: Final = 0

# -- the head --------------------------------------------------------------------------------

#: In the calendar: no event. Later than any tick a run can reach.
NEVER: Final = 2**63 - 1

#: Why the entry came back.
REACHED, PAUSED, SHORT, STALLED, NO_TIME, OVERFLOWED, STOPPED = range(7)

(
    # The run
    H_NOW,
    H_BEGUN,  # the plant was set going (tick 0)
    H_CHANGED,  # a timed event of this tick changed something: phase C has to follow
    H_STATUS,  # why the run cannot go on (STALLED, NO_TIME, OVERFLOWED, STOPPED), else 0
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
    # The plant
    H_PENDING,  # timed events under way that can let something go on; none: perhaps a stall
    H_SERIAL,  # of the next item
    H_FREE_ITEM,  # address of the first of those that are gone
    H_FRESH_ITEM,  # address of the first never used
    H_ITEMS_END,  # address after the last one
    H_ITEM_MARK,  # beyond this address of H_FRESH_ITEM more room is asked for
    H_GRANT_RULE,
    H_DIRTY,  # words of bits: station s may have something to move or to start
    H_DIRTY_FIRST,  # no word before this one has a bit set
    H_DIRTY_WORDS,
    H_LIST,  # addresses of machines whose state may differ from the one accounted
    H_LISTED,  # how many
    H_PASS,  # number of the present look at a door or at the claims
    H_CLAIM_FIRST,  # address of the claim to be met first
    H_CLAIM_LAST,
    H_CLAIMS_CHANGED,  # a grant may be possible: phase C2 has to follow
    H_STOPS,  # conditions that end the run, in their order (S-95)
    H_STOP_COUNT,
    H_STOPPED,  # with STOPPED: which of them holds
    H_OPEN_ORDERS,  # those that are not done
    H_BOOK_SLOT,
    H_BOOK_NEXT,  # the first order not yet released
    H_CARRIERS,  # addresses, by index
    H_CARRIER_COUNT,
    # Demand windows (S-163)
    H_WINDOW,  # tick at which the present one ends; NEVER: there are none
    H_WINDOW_WIDTH,
    H_WARMUP,
    H_DRAWN,  # wide: watt-ticks since tick 0
    H_DRAWN_LOW,
    H_DRAWN_BEFORE,  # wide: as the last window ended
    H_DRAWN_BEFORE_LOW,
    H_SPENT,  # wide: watt-ticks of the window that ends
    H_SPENT_LOW,
    H_PEAK,  # wide: watt-ticks of the busiest window
    H_PEAK_LOW,
    H_PEAK_AT,  # tick at which it began
    H_BANDS,  # bands of the tariff; NOTHING: there is none
    H_BAND_STEP,  # which of the following is in force in the last tick of the last window
    H_BAND_STEPS,  # when bands are in force: BS_ fields
    H_METERS,
    H_METER_COUNT,
    # Tables
    H_SLOTS,
    H_MACHINES,
    H_MACHINE_COUNT,
    H_STATIONS,
    H_STATION_COUNT,
    H_PRODUCTS,
    H_PRODUCT_COUNT,
    H_FAULTS,
    H_FAULT_COUNT,
    H_SOURCES,
    H_SOURCE_COUNT,
    H_ORDERS,
    H_ORDER_COUNT,
    H_SHIFTS,
    H_SHIFT_COUNT,
    H_FLEETS,
    H_FLEET_COUNT,
    H_VEHICLES,
    H_VEHICLE_COUNT,
    H_ROADS_CHANGED,  # a vehicle wants on, or has left a zone (S-155)
    H_SIZE,
    *_,
) = range(1000)

# -- calendar, streams, trace ----------------------------------------------------------------

#: Draws a stream makes at a time. A loop over so many keeps the processor's units busy, which
#: makes each of them several times as fast as one alone.
STOCK = 32

# A stream of random draws, and those it has in stock.
(
    S_KIND,  # streams.CONSTANT, or a kind of vtwin.base.streams
    S_NAME,  # hash64 of entity and purpose
    S_WORD,  # number of the next unused word
    S_TICKS,  # CONSTANT: every draw
    S_A,  # doubles: parameters,
    S_B,
    S_C,
    S_D,  # and what `prepare` makes of them
    S_E,
    S_VALUES,  # EMPIRICAL: number of the first value
    S_VALUE_COUNT,
    S_STOCK,  # STOCK fields: ticks, or uniforms of a stream that has no formula or needs several
    S_SIZE,
) = (*range(12), 11 + STOCK)

# A row of the trace.
R_TIME, R_KIND, R_ENTITY, R_ITEM, R_VALUE, R_SIZE = range(6)

#: What a slot belongs to.
(
    SLOT_SHIFT,
    SLOT_MACHINE,
    SLOT_FAULT,
    SLOT_SOURCE,
    SLOT_BOOK,
    SLOT_BATCH,
    SLOT_VEHICLE,
    SLOT_COPY,
) = range(8)

#: What people are wanted for: field 0 of a machine or failure mode.
WORK_MACHINE, WORK_FAULT, WORK_COPY = range(3)

# -- machines --------------------------------------------------------------------------------

(
    M_WORK_KIND,
    M_INDEX,
    M_SLOT,
    M_STATION,
    # What is in hand
    M_ITEM,  # the first of a batch; IT_MATE leads to the others
    M_WAY,
    M_CYCLES,
    M_WORK,  # ticks the operation or set-up takes here
    M_DOING,  # STARVED: nothing in hand; BLOCKED: finished, not handed over
    M_BEGUN,  # a set-up or the operation has begun and is not finished
    M_TASK,
    M_KEY,  # set-up key, NONE: none yet
    M_TOOL,  # NOTHING: none
    M_COPY,  # of a tool that wears out
    # Whether it may work
    M_OPEN,  # by its calendar
    M_FINISHES,
    M_ON_DUTY,
    M_DOWN,  # failure modes it suffers from
    M_SERVICED,  # those of them that are planned
    M_FIT,  # on duty and not down
    # The set-up or operation under way
    M_RUNNING,
    M_RUN_FROM,
    M_LEFT,
    M_SETUP_NEXT,  # a claimed worker comes for the set-up, not the operation
    M_WHOLE,  # ticks the part of the work under way takes
    M_CYCLING,  # ticks of the cycle that follows the loading (S-113), NONE: nothing is loaded
    M_HANDED,  # SETUP or WORKING: what a crew has left to another (S-118), else NONE
    M_SPEED,  # float: of the crew
    M_X,  # where people go, mm
    M_Y,
    M_BELT,  # NOTHING: it is none
    M_STRIKER,  # the failure mode that strikes before the work is done
    # Scrap when it works again after standing (S-36)
    M_STANDS,  # standing has consequences: M_RESTART or M_WARM_UP
    M_WARM_UP,  # ticks it is warmed up when it is cold (S-37)
    M_COOLS,  # ticks it may stand and stays warm
    M_WARMED,  # tick at which it was warmed up last
    M_WARMING,  # before the operation runs
    M_RESTART,  # cycles; 0: none
    M_PATIENCE,  # ticks it may stand without that
    M_RAN,  # tick at which an operation ran last
    M_COLD,  # it was set up since
    M_OWED,  # cycles still to be thrown away
    M_THROWN,  # of the operation that ends
    # What it can do
    M_WAYS,  # addresses, by operation
    M_WAY_COUNT,
    M_AGEING,  # addresses of its failure modes on the operating clock, by slot
    M_AGEING_COUNT,
    M_UPKEEP,  # addresses of its modes looked at when an operation ends (S-100, S-101)
    M_UPKEEP_COUNT,
    M_SETUPS,  # its set-up cells, row by row; NOTHING: it needs no set-ups
    M_SETUP_KEYS,
    M_SETUP_SKILL,
    M_SETUP_HEADS,
    # Others
    M_NEXT_HOLDER,  # the next machine with the same tool mounted
    M_LISTED,  # in H_LIST
    M_METER,  # of a machine with a surge, else NOTHING
    # What has been
    M_STATE,  # the accounted one
    M_SINCE,
    M_SETUP_COUNT,
    M_SETUP_TICKS,
    M_TIMES,  # seven fields: ticks in each state
    *_,
) = range(1000)
M_SIZE: Final = M_TIMES + 7

#: A cell of a machine's set-up table: NONE or the stream of its draws, and the expected ticks.
CELL_STREAM, CELL_EXPECTED, CELL_SIZE = range(3)

# -- belts: what a machine is that items move through one behind the other --------------------

(
    B_PLACES,
    B_TRAVEL,
    B_PITCH,
    B_ACCUMULATING,
    B_TICKING,  # belt time goes on
    B_CLOCK,  # belt time
    B_CLOCK_AT,  # at this tick
    B_LAST_IN,  # belt time of the last entry
    B_LAST_OUT,  # belt time of the last departure
    B_FIRST,  # of those that have not reached the end
    B_LAST,
    B_HELD,  # at the end
    B_COUNT,  # items on it
    B_DUE,  # tick of its event, -1: it has none
    B_MOVED,  # ticks something moved
    B_COUNTED,  # of those, the ones told as processing time
    B_CLOSED,  # an item that is none, in hand while the entry is closed
    B_SIZE,
    *_,
) = range(1000)
# -- meters: what a machine draws (S-160 to S-162) -------------------------------------------

(
    ME_MACHINE,
    ME_LENGTH,  # ticks of a start-up
    ME_UNTIL,  # tick at which the last one is over
    ME_STARTS,
    ME_DRAWN,  # wide: watt-ticks since tick 0, as the last demand window ended
    ME_DRAWN_LOW,
    ME_BEFORE,  # wide: the same as the one before ended
    ME_BEFORE_LOW,
    ME_PEAK,  # wide: watt-ticks in the busiest window of the plant
    ME_PEAK_LOW,
    ME_WATTS,  # seven fields: watts in each state
    *_,
) = range(1000)
#: The busiest demand window of a band of the tariff, watt-ticks; -1: none.
BD_PEAK, BD_PEAK_LOW, BD_SIZE = range(3)
#: A band is in force until a tick.
BS_UNTIL, BS_BAND, BS_SIZE = range(3)

ME_MORE: Final = ME_WATTS + 7  # seven fields: watts more in a start-up
ME_SURGED: Final = ME_MORE + 7  # seven fields: ticks of start-ups
ME_SIZE: Final = ME_SURGED + 7

# -- stations --------------------------------------------------------------------------------

#: How a station decides what starts (S-25, S-26).
START_FIRST, START_BY_RULE, START_FROM_DOOR = range(3)

(
    ST_INDEX,
    ST_RULE,
    ST_START,
    ST_PLACES,
    ST_OUTPUT_PLACES,
    ST_IS_ENDLESS,  # its input is unlimited: an order joins as one entry (S-61)
    ST_MACHINES,  # addresses, by index
    ST_MACHINE_COUNT,
    ST_LONE,  # its only machine, unless that is a belt; else NOTHING
    ST_LINES,  # addresses of the operations made here, by index
    ST_LINE_COUNT,
    ST_SUPPLIES,  # addresses of saturated sources, by name
    ST_SUPPLY_COUNT,
    ST_TURN,  # which supply is next
    ST_MATES,  # addresses of other stations that use the same tools
    ST_MATE_COUNT,
    ST_RECIPES,  # addresses of its batches
    ST_RECIPE_COUNT,
    ST_NODES,  # where vehicles stop for it, by fleet
    # Lists of entries
    ST_DOOR_FIRST,
    ST_DOOR_LAST,
    ST_OUTSIDE_FIRST,
    ST_OUTSIDE_LAST,
    ST_STUCK_FIRST,
    ST_STUCK_LAST,
    # Counts
    ST_POSITION,  # of the last one who joined the queue
    ST_QUEUED,
    ST_HELD,  # items in the output buffer
    ST_ARRIVALS,
    ST_WAITED,  # wide
    ST_WAITED_LOW,
    ST_MOMENT,  # wide: sum of (ticks out - ticks in) of the queue, those inside not yet out
    ST_MOMENT_LOW,
    ST_HELD_MOMENT,  # wide
    ST_HELD_MOMENT_LOW,
    ST_SIZE,
    *_,
) = range(1000)

# -- operations, with the line of those who wait for each ------------------------------------

(
    OP_INDEX,
    OP_STATION,
    OP_PRODUCT,
    OP_FOLLOWING,  # the next one along the main way, NOTHING after the last one (S-82)
    OP_FORKS,  # items may go on elsewhere: it has branches, or a sample follows
    OP_BRANCHES,
    OP_BRANCH_COUNT,
    OP_ROUTE_STREAM,
    OP_SAMPLE,  # every so many-th item stops here (S-85)
    OP_CAME,  # items that came to it, where it is a sample
    OP_AHEAD,  # expected microseconds per cycle (S-91)
    OP_PER_CYCLE,
    OP_SETUP_KEY,
    OP_TOOL,
    OP_WEARS,  # its tool wears out
    OP_SCRAP,  # float: probability per piece
    OP_REMAINING,  # operations still to finish, this one included
    OP_WAYS,  # its records among the ways, by machine
    OP_WAY_COUNT,
    OP_FIRST,  # who is next: of a list (first come, first served) or at the root of a heap
    OP_LAST,
    OP_FLEET,  # that brings items here, NOTHING: none
    OP_SUPPLIED,  # a saturated source begins here
    OP_STANDING,  # items at the door and entries outside that wait for it
    OP_RECIPE,  # the batch it is done in
    OP_NEEDS,  # it takes a kit or a carrier
    OP_KIT,
    OP_KIT_COUNT,
    OP_TAKES,  # addresses of carriers
    OP_TAKES_COUNT,
    OP_RETURNS,
    OP_RETURNS_COUNT,
    OP_REFUSED,  # the last pass (H_PASS) that found no machine for it
    OP_SHELF,  # ticks an item may have waited for it (S-86)
    OP_INSTEAD,  # where an older one goes, NOTHING: it is scrap
    OP_STALE,  # pieces of such items so far
    OP_SIZE,
    *_,
) = range(1000)

#: A branch: the sum of the shares so far (double), where it leads (NOTHING: out), how often an item
#: may take it (NONE: ever again), and where the item counts that (IT_TAKEN, S-84).
BR_LIMIT, BR_STEP, BR_MOST, BR_SHIFT, BR_MASK, BR_SIZE = range(6)

# -- ways: one operation on one machine ------------------------------------------------------

(
    W_MACHINE,
    W_STEP,
    W_STREAM,
    W_EXPECTED,  # ticks per cycle
    W_SCRAP_STREAM,
    W_LOAD_STREAM,  # how long it is attended; NONE: to its end
    W_SKILL,  # NOTHING: nobody is needed
    W_HEADS,
    W_SMOOTH,  # an item that is done goes straight on: see finishing.finish_smoothly
    W_PLAIN,  # nothing to mount, to set up or to wait for: work begins at once
    W_STRAIGHT,  # both, and the same for every item before a lone machine: see straight.py
    W_ONWARD,  # then the only way of the next operation, NOTHING: the item leaves the plant
    W_VISITS,
    W_CYCLES,
    W_PIECES,
    W_SCRAPPED,
    W_RESTART,  # of those, for standing before (S-36)
    W_BUSY,
    W_SIZE,
    *_,
) = range(1000)

# -- entries: items and orders that wait -----------------------------------------------------

(
    E_IS_ORDER,
    E_NEXT,  # in a list; in a heap one child
    E_BEFORE,  # in a list; in a heap the other child
    E_STEP,  # the operation it waits for or is in
    E_DUE,
    E_PRIORITY,
    E_RELEASE,
    E_JOINED,  # tick it joined the queue
    E_KEY,  # key within the operation (S-25), two fields
    E_KEY_LOW,
    E_POSITION,
    E_KIN_NEXT,  # in the list of those who wait for the same batch
    E_KIN_BEFORE,
    E_SIZE,
    *_,
) = range(1000)

(
    IT_SERIAL,
    IT_QUANTITY,
    IT_ORDER,
    IT_SOURCE,  # the CONWIP source it counts for
    IT_MACHINE,  # that holds it
    IT_VEHICLE,  # that carries it
    IT_WAY,  # on a belt: the way it is on,
    IT_ENTERED,  # and the belt time at which it entered
    IT_OUTPUT,  # station whose output buffer holds it
    IT_FINISHED,  # tick at which it began to stand at a door
    IT_FROM,  # index of the machine it came out of, or rank of the vehicle that brought it
    IT_STUCK_NEXT,  # in the list of those that want into the output buffer
    IT_STUCK_BEFORE,
    IT_MATE,  # the next item of its batch in the machine
    IT_CARRIERS,  # bits of the carriers it is on
    IT_TAKEN,  # how often it took the branches with a limit, some bits for each
    IT_SIZE,
    *_,
) = range(E_SIZE, 1000)

#: Where the lots of an order that are not made yet stand.
NOWHERE, OUTSIDE, IN_QUEUE = range(3)

(
    OR_INDEX,
    OR_QUANTITY,
    OR_LOT,
    OR_REPLACE,
    OR_TIME,  # of its release by the book
    OR_REMAINING,  # pieces no lot was made of yet
    OR_OUTSTANDING,  # pieces in the plant, those included
    OR_GOOD,
    OR_STARTED,
    OR_DONE,
    OR_STANDS,
    OR_SIZE,
    *_,
) = range(E_SIZE, 1000)

# -- products --------------------------------------------------------------------------------

(
    PR_INDEX,
    PR_RELEASED,
    PR_GOOD,
    PR_ITEMS,
    PR_SCRAPPED,
    PR_LEAD,  # wide: sum over good pieces of the lead time
    PR_LEAD_LOW,
    PR_MOMENT,  # wide: of the pieces inside
    PR_MOMENT_LOW,
    PR_HISTOGRAM,  # good pieces by lead_bin
    PR_STOCK,  # where its finished pieces wait for assemblies
    PR_SIZE,
    *_,
) = range(1000)

# -- batches, stocks, carriers ---------------------------------------------------------------

(
    BA_SLOT,
    BA_LEAST,
    BA_MOST,
    BA_WAIT,
    BA_STATION,
    BA_STEPS,  # addresses of its operations
    BA_STEP_COUNT,
    BA_FIRST,  # those in the queue, as they came
    BA_LAST,
    BA_DUE,  # tick its clock is set for
    BA_COUNT,  # what the last look found: so many wait,
    BA_OLDEST,  # and since when the first of them
    BA_SIZE,
    *_,
) = range(1000)

(
    STK_INDEX,
    STK_PLACES,
    STK_PRODUCT,
    STK_USERS,  # addresses of the stations that take from it
    STK_USER_COUNT,
    STK_LEVEL,
    STK_TAKEN,
    STK_MOMENT,  # wide
    STK_MOMENT_LOW,
    STK_DOOR_FIRST,
    STK_DOOR_LAST,
    STK_OUTSIDE_FIRST,
    STK_OUTSIDE_LAST,
    STK_SIZE,
    *_,
) = range(1000)

#: One component of a kit.
KIT_STOCK, KIT_PIECES, KIT_SIZE = range(3)

(
    CA_INDEX,
    CA_FREE,
    CA_USERS,  # addresses of the stations that take it
    CA_USER_COUNT,
    CA_MOMENT,  # wide: of those in use
    CA_MOMENT_LOW,
    CA_SIZE,
    *_,
) = range(1000)

# -- jobs: repairs of failure modes, renewals of copies (S-46) -------------------------------

(
    J_WORK_KIND,
    J_SLOT,
    J_SKILL,
    J_HEADS,
    J_TASK,
    J_RUNNING,
    J_RUN_FROM,
    J_LEFT,
    J_SPEED,  # float: of those who do it; 0: nobody has begun
    J_SINCE,  # tick at which it was wanted
    J_SIZE,
    *_,
) = range(1000)

# -- failure modes ---------------------------------------------------------------------------

(
    F_INDEX,
    F_MACHINE,
    F_PART,
    F_CALENDAR_CLOCK,
    F_AFTER,
    F_REPAIR,
    F_LIFE,  # cycles (clock of cycles), else 0
    F_PLANNED,
    F_WAITS,  # planned, due, and something is begun on the machine
    F_LEFT,  # ticks of work (operating clock) or cycles until it strikes
    F_STRUCK,
    F_STRIKES,
    F_DOWN_TICKS,
    F_SIZE,
    *_,
) = range(J_SIZE, 1000)

# -- copies of tools with a life (S-105) -----------------------------------------------------

(
    C_TOOL,
    C_NUMBER,
    C_LIFE,
    C_USED,  # cycles
    C_RENEW,  # stream
    C_NEXT,  # the next loose one of its tool
    C_AWAY,
    C_AWAY_TICKS,
    C_RENEWALS,
    C_SIZE,
    *_,
) = range(J_SIZE, 1000)

# -- people ----------------------------------------------------------------------------------

#: What a machine or failure mode needs people for: the claim while nobody is there, then the
#: crew. Each has one of its own, so filing a claim takes no memory.
(
    T_WORK,  # machine or failure mode
    T_PLACE,  # the machine the work is done at
    T_SLOT,
    T_SKILL,
    T_HEADS,
    T_ALONE,  # who does it does nothing else (S-110)
    T_CLAIMED,  # an open claim
    T_SUSPENDED,
    T_FROM,
    T_WAITED,
    T_KEY,  # four fields (S-51)
    T_KEY_2,
    T_KEY_3,
    T_KEY_4,
    T_NEXT,  # in the list of open claims
    T_BEFORE,
    T_COMING,  # the crew is on its way (S-114)
    T_WALKING,  # and goes on
    T_WALK_FROM,
    T_WALK_LEFT,
    T_CREW,  # addresses of those who were sent, in the order they were chosen
    T_CREW_COUNT,
    T_TAUGHT,  # somebody of the crew works beside a veteran (S-57)
    T_SIZE,
    *_,
) = range(1000)

(
    P_INDEX,
    P_SHIFT_END,
    P_TENDS,  # operations that may be attended at a time
    P_SPEEDS,  # doubles, by skill
    P_ON_SHIFT,
    P_PRESENT,
    P_TASKS,  # addresses, in the order of being sent
    P_TASK_COUNT,
    P_COMING,  # to the last of them
    P_MISSING,  # this shift (S-117)
    P_ABSENCE,  # float: probability to miss one
    P_ABSENCE_STREAM,
    P_PACE,  # mm/s, 0: ways take no time
    P_PLACED,  # was sent somewhere: to
    P_X,
    P_Y,
    P_BUSY,
    P_WALKED,
    P_DUTY,
    P_SINCE,
    P_LEARNS,  # by skill: what is learned of it, or NOTHING
    P_TEACHES,  # by skill: whether learners may work beside this one
    P_TEACHING,  # the task of a learner this one stands beside
    P_TAUGHT,
    P_OVERTIME,
    P_NIGHT_FROM,  # tick of the day
    P_NIGHT_LENGTH,  # 0: no hours are counted as night
    P_NIGHT,
    P_SIZE,
    *_,
) = range(1000)

#: What somebody has learned along a curve (S-56).
(
    L_UNITS,
    L_SPEED,  # float
    L_STEPS,  # pairs: from so many units on, thousandths of the standard speed
    L_STEPS_LEFT,
    L_ALONE,
    L_BESIDE,
    L_SIZE,
    *_,
) = range(1000)

(
    SK_INDEX,
    SK_ABLE,  # addresses of those who have it, in the order they are chosen
    SK_ABLE_COUNT,
    SK_GRANTED,
    SK_WAITED,
    SK_FEW_PASS,  # the last pass (H_PASS) in which too few were free of other work,
    SK_FEW_HEADS,  # for so many heads
    SK_FEW_TO_TEND_PASS,  # the same of those who may tend
    SK_FEW_TO_TEND_HEADS,
    SK_TAUGHT,  # somebody learns it beside a veteran
    SK_SIZE,
    *_,
) = range(1000)

# -- tools -----------------------------------------------------------------------------------

(
    TL_INDEX,
    TL_FREE,  # copies not mounted, and not away
    TL_FIRST_LOOSE,  # of those that wear out, by number
    TL_WEARS,  # its copies have a life
    TL_FIRST_HOLDER,  # machines that have one, by index
    TL_USERS,  # addresses of the stations that have an operation with it
    TL_USER_COUNT,
    TL_SIZE,
    *_,
) = range(1000)

# -- releases --------------------------------------------------------------------------------

(
    SO_KIND,
    SO_SLOT,
    SO_STEP,
    SO_LOT,
    SO_LEVEL,
    SO_DUE_AFTER,
    SO_STREAM,
    SO_PROFILE,  # NOTHING: intervals always pass alike
    SO_SIZE,
    *_,
) = range(1000)

(
    PF_PERIOD,
    PF_STEPS,  # pairs: from this tick of the period on, percent
    PF_STEP_COUNT,
    PF_PASSED,  # in a whole period: ticks
    PF_PASSED_REST,  # and hundredths of one
    PF_SIZE,
    *_,
) = range(1000)

#: A condition that ends the run.
SP_KIND, SP_PRODUCT, SP_PIECES, SP_SIZE = range(4)

# -- calendars -------------------------------------------------------------------------------

(
    SH_SLOT,
    SH_OPEN,
    SH_CHANGES,  # ticks at which it opens or closes
    SH_CHANGE_COUNT,
    SH_RESUMES,  # of each of them, whether it ends a break and begins no shift
    SH_NEXT,
    SH_MACHINES,
    SH_MACHINE_COUNT,
    SH_PEOPLE,
    SH_PERSON_COUNT,
    SH_SIZE,
    *_,
) = range(1000)

# -- transport -------------------------------------------------------------------------------

(
    FL_INDEX,
    FL_RULE,
    FL_NODES,  # how many
    FL_TRAVEL,  # ticks, from node by node
    FL_LOAD,
    FL_UNLOAD,
    FL_VEHICLES,  # addresses, by name
    FL_VEHICLE_COUNT,
    FL_IDLE,  # how many of them are free
    FL_FIRST,  # items that call, in their order
    FL_LAST,
    FL_ANSWERED,
    FL_WAITED,
    FL_WAYS,  # records, from node by node; NOTHING: it does not drive leg by leg
    FL_BATTERY,
    FL_SIZE,
    *_,
) = range(1000)

(
    V_INDEX,
    V_RANK,  # among machines and vehicles
    V_SLOT,
    V_FLEET,
    V_NODE,
    V_ITEM,  # it is on the way for, or carries
    V_HOME,  # station it is taken up at
    V_STATE,
    V_SINCE,
    V_MOVES,
    # Of those that drive leg by leg (S-154 to S-159)
    V_ZONE,  # it is in
    V_NEXT,  # the vehicle behind it there
    V_LEG,  # the next one
    V_LEGS,  # how many are left
    V_THEN,  # ticks at the goal
    V_ON_LEG,
    V_WANTING,  # it wants on
    V_WANTS,  # from this tick
    V_OBSTACLE,  # zone it is held up for
    V_RESUMES,  # state it had before
    V_CHARGER,  # it is on its way to, or at
    V_CHARGER_AHEAD,  # the leg into its zone is still to drive
    V_CONTENT,  # units in its battery at V_SINCE
    V_WATCHES,  # its event is that little is left
    V_CHARGES,
    V_FLAT,
    V_TIMES,  # six fields: ticks in each state
    *_,
) = range(1000)
V_SIZE: Final = V_TIMES + 6

(
    Z_INDEX,
    Z_ROOM,
    Z_COUNT,
    Z_FIRST,  # vehicles, as they entered
    Z_LAST,
    Z_BOUND,  # vehicles on their way to charge here, or there
    Z_ENTRIES,
    Z_HELD,
    Z_SIZE,
    *_,
) = range(1000)

#: A way from one node to another: its legs, and how many.
WY_LEGS, WY_COUNT, WY_SIZE = range(3)
#: A leg of a way; a charger begins like the leg into its zone.
LG_ZONE, LG_TICKS, LG_SIZE = range(3)
CG_NODE: Final = LG_SIZE
CG_SIZE: Final = LG_SIZE + 1

(
    BY_DRIVING,
    BY_STANDING,
    BY_CHARGING,
    BY_LOW,
    BY_UNTIL,
    BY_CHARGERS,  # records
    BY_CHARGER_COUNT,
    BY_SIZE,
    *_,
) = range(1000)

# -- slots: what each belongs to -------------------------------------------------------------

SL_KIND, SL_RECORD, SL_SIZE = range(3)


@compiled
def record(m: int, table: int, size: int, index: int) -> int:
    """Address of a record: ``table`` is the head field of its table, ``size`` in fields."""
    return m + load(m, table) + index * (size * FIELD)
