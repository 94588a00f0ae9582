"""The tables of an arena while they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vtwin.base.draws import Distribution, never_varies
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Draft, Table
from vtwin.engines.kernel.encoding.template import Stream
from vtwin.plant import rules
from vtwin.plant.order import Slots, slots
from vtwin.plant.primitives import NONE
from vtwin.plant.program import Program
from vtwin.plant.trace import lead_bin

#: Places of an unlimited buffer; more than any run can fill.
ENDLESS: Final = 2**62


class Tables:
    """Room for every table, so that records are known by index before they are full, and how
    their fields are written.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.slots: Slots = slots(program)
        self.draft = draft = Draft(at.H_SIZE)
        self.streams: list[Stream] = []
        self._known: dict[Stream, int] = {}
        self.expected = [rules.expected_ticks(d) for d in program.distributions]
        p = program
        self.owned = sorted(f for machine in p.machines for f in machine.failures)
        self.machines = draft.table(len(p.machines), at.M_SIZE)
        self.stations = draft.table(len(p.stations), at.ST_SIZE)
        #: Bought parts have one operation that is done nowhere.
        self.bought = [n for n, product in enumerate(p.products) if not product.route]
        self.steps = draft.table(len(p.operations) + len(self.bought), at.OP_SIZE)
        self.ways = draft.table(sum(len(op.modes) for op in p.operations), at.W_SIZE)
        self.products = draft.table(len(p.products), at.PR_SIZE)
        self.faults = draft.table(len(self.owned), at.F_SIZE)
        worn = sum(map(len, self.slots.copies))
        self.copies = draft.table(worn, at.C_SIZE)
        self.tasks = draft.table(len(p.machines) + len(self.owned) + worn, at.T_SIZE)
        self.people = draft.table(len(p.workers), at.P_SIZE)
        self.skills = draft.table(len(p.skills), at.SK_SIZE)
        self.tools = draft.table(len(p.tools), at.TL_SIZE)
        self.sources = draft.table(len(p.sources), at.SO_SIZE)
        self.orders = draft.table(len(p.orders), at.OR_SIZE)
        self.shifts = draft.table(len(p.calendars), at.SH_SIZE)
        self.fleets = draft.table(len(p.fleets), at.FL_SIZE)
        self.vehicles = draft.table(len(p.vehicles), at.V_SIZE)
        self.zones = draft.table(len(p.zones), at.Z_SIZE)
        metered = p.run.demand or any(machine.surge for machine in p.machines)
        self.meters = draft.table(len(p.machines) if metered else 0, at.ME_SIZE)
        self.bands = draft.table(len(p.bands), at.BD_SIZE)
        heads = [spec.attended(mode).heads for spec in p.operations for mode in spec.modes]
        heads += [spec.heads for spec in p.failures] + [spec.heads for spec in p.setups]
        self.most_heads = max(heads, default=1)
        self.batches = draft.table(len(p.batches), at.BA_SIZE)
        self.stocks = draft.table(len(p.stocks), at.STK_SIZE)
        self.carriers = draft.table(len(p.carriers), at.CA_SIZE)
        self.bins = lead_bin(p.run.horizon) + 1
        #: Ways of each operation, (machine, record), by machine.
        self.ways_of: list[list[tuple[int, int]]] = []
        self.alike: list[bool] = []  # of every station, whether its machines do all the same

    # -- small things ------------------------------------------------------------------------

    def ref(self, table: Table, index: int) -> int:
        """A record's place; NONE is none."""
        return 0 if index == NONE else table.at(index)

    def fill(self, start: int, **fields: int) -> None:
        """Write fields of a record, by the names of ``layout``."""
        for name, number in fields.items():
            self.draft.put(start + getattr(at, name), int(number))

    def link(self, start: int, **fields: int) -> None:
        """Write fields that hold addresses."""
        for name, target in fields.items():
            self.draft.point(start + getattr(at, name), target)

    def list_of(self, start: int, field: str, count: str, targets: Sequence[int]) -> None:
        """Write a list of addresses, where it is and how long."""
        self.link(start, **{field: self.draft.pointers(targets)})
        self.fill(start, **{count: len(targets)})

    def stream(self, distribution: Distribution | None, entity: str, purpose: str) -> int:
        """The number of a stream of a distribution's draws, or of uniforms. Who draws what never
        varies draws nothing: one stream does for all of them.
        """
        if distribution is not None and never_varies(distribution):
            entity = purpose = ""
        stream = Stream(distribution, entity, purpose)
        if stream not in self._known:
            self._known[stream] = len(self.streams)
            self.streams.append(stream)
        return self._known[stream]

    def first_step(self, product: int) -> int:
        """Where items of a product begin."""
        route = self.program.products[product].route
        bought = len(self.program.operations)
        return self.steps.at(route[0] if route else bought + self.bought.index(product))

    def task(self, index: int, work: int, place: int, slot: int) -> int:
        """What a machine or failure mode needs people for."""
        start = self.tasks.at(index)
        crew = self.draft.table(self.most_heads + 1, 1)  # and who teaches (S-57)
        self.link(start, T_WORK=work, T_PLACE=place, T_CREW=crew.start)
        self.fill(start, T_SLOT=slot)
        return start
