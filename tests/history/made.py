"""Small plants made for the tests: a log in memory, and tables as files."""

import csv
import datetime as dt
from dataclasses import replace

from vtwin.base.errors import Where
from vtwin.history.log import (
    Log,
    MachineLine,
    OrderLine,
    ProductLine,
    Shift,
    ToolLine,
    Visit,
)

DAY = dt.date(2024, 3, 4)  # a Monday
SHIFTS = tuple(Shift(str(n + 1), 8 * n * 3600, 8 * (n + 1) * 3600) for n in range(3))


def place(line, file="production.csv"):
    return Where(file, line)


def visit(
    at,
    machine="M1",
    order="A1",
    product="A",
    tool="T1",
    cycles=1000,
    cavities=4,
    good=None,
    line=None,
    **more,
):
    """The visit in the ``at``-th shift of the plant (0 is the first of the Monday)."""
    pieces = cycles * cavities
    good = pieces if good is None else good
    made = Visit(
        where=place(at + 2 if line is None else line),
        date=DAY + dt.timedelta(at // 3),
        shift=at % 3,
        machine=machine,
        order=order,
        product=product,
        tool=tool,
        cycles=cycles,
        cavities=cavities,
        pieces=pieces,
        good=good,
        scrap=(("scratch", pieces - good),) if pieces > good else (),
    )
    return replace(made, **more)


def blank(at, machine="M1"):
    """A record that only says the machine stood there."""
    return visit(at, machine, None, None, None, 0, cavities=0)


def order(name="A1", product="A", quantity=100_000, received=-10, due=20, **more):
    """An order received and due so many days from the first."""
    day = DAY + dt.timedelta(received)
    return OrderLine(
        place(2, "orders.csv"), name, product, quantity, day, DAY + dt.timedelta(due), **more
    )


def log(visits, orders=(), tools=None, machines=("M1", "M2")):
    """A log of these visits, with two tools of 4 cavities and a setting of 20 s."""
    tools = tools or {
        t: ToolLine(place(n + 2, "tools.csv"), t, t, 4, 20.0, ("50",))
        for n, t in enumerate(("T1", "T2", "T3"))
    }
    visits = sorted(visits, key=lambda v: (v.date, v.shift, v.machine, v.where.line))
    return Log(
        source="made for a test",
        licence=None,
        shifts=SHIFTS,
        visits=tuple(visits),
        orders={o.order: o for o in orders},
        tools=tools,
        machines={m: MachineLine(place(2, "machines.csv"), m, size="50") for m in machines},
        products={
            p: ProductLine(place(2, "products.csv"), p, p, (t,))
            for p, t in (("A", "T1"), ("B", "T2"), ("C", "T3"))
        },
    )


MAPPING = """\
vtwin_map: 1
source: a made plant
shifts: {1: "00:00-08:00", 2: "08:00-16:00", 3: "16:00-24:00"}
tables:
  visits:
    file: production.csv
    columns: {date: Day, shift: Shift, machine: Press, order: Order, product: Item, tool: Mould,
              cycles: Shots, cavities: Cavities, good: Good}
    scrap: {scratch: Scratch}
  orders:
    file: orders.csv
    columns: {order: Order, product: Item, quantity: Quantity, received: Received, due: Due}
  tools:
    file: tools.csv
    columns: {tool: Mould, cavities: Cavities, cycle: {column: Cycle, unit: s},
              fits: {column: Class, split: /}}
  machines: {file: machines.csv, columns: {machine: Press, size: Class}}
  products: {file: products.csv, columns: {product: Item, tools: {column: Moulds, split: /}}}
"""
HEADER = ("Day", "Shift", "Press", "Order", "Item", "Mould", "Shots", "Cavities", "Good", "Scratch")


def write_csv(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_plant(folder, made):
    """A log as the files MAPPING reads, and the mapping beside them."""
    folder.mkdir(exist_ok=True)
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    write_csv(
        folder / "production.csv",
        HEADER,
        [
            (
                v.date,
                made.shifts[v.shift].name,
                v.machine,
                v.order,
                v.product,
                v.tool,
                v.cycles,
                v.cavities or "",
                v.good,
                v.scrapped or "",
            )
            for v in made.visits
        ],
    )
    write_csv(
        folder / "orders.csv",
        ("Order", "Item", "Quantity", "Received", "Due"),
        [(o.order, o.product, o.quantity, o.received, o.due) for o in made.orders.values()],
    )
    write_csv(
        folder / "tools.csv",
        ("Mould", "Cavities", "Cycle", "Class"),
        [(t.tool, t.cavities, t.cycle_s, "/".join(t.fits)) for t in made.tools.values()],
    )
    write_csv(
        folder / "machines.csv",
        ("Press", "Class"),
        [(m.machine, m.size) for m in made.machines.values()],
    )
    write_csv(
        folder / "products.csv",
        ("Item", "Moulds"),
        [(p.product, "/".join(p.tools)) for p in made.products.values()],
    )
    return folder
