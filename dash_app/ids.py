"""Component ids, each written once."""

LOCATION = "location"
ADDRESS = "address"  # store: page, scenario, variant, variants, shown
SELECTION = "selection"  # store: machine, colour, flows
LANGUAGE = "language"  # store: "ko" | "en"
FRESH = "fresh"  # store: id of the job that ended last; pages read anew when it changes

NAV = "nav"
HEADER = "header-scenario"
ACTIONS = "header-actions"
PAGE = "page"

TICK = "tick"
JOBS = "jobs"
JOB_STARTED = "job-started"
JOB_CANCELLED = "job-cancelled"
NOTICE = "notice"
RUN = "run"
REPLICATIONS = "replications"

FLOOR = "floor"
FLOOR_DATA = "floor-data"
FLOOR_CHOICE = "floor-choice"  # store: the selection, while the map is there
FLOOR_LEGEND = "floor-legend"
SELECTED = "selected-machine"
PROVE = "prove"

PICK = "pick-variants"
COMPARE = "start-compare"
COMPARE_REPLICATIONS = "compare-replications"
INTERVALS = "intervals"
INTERVALS_DATA = "intervals-data"
STATES = "states"
STATES_DATA = "states-data"
GANTT = "gantt"
GANTT_DATA = "gantt-data"
WIP = "wip"
WIP_DATA = "wip-data"


def cancel(job: str) -> dict[str, str]:
    """The cancel button of one job."""
    return {"type": "cancel", "job": job}
