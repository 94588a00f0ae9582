"""Plants with material lots and causes of scrap, followed piece by piece."""

from dataclasses import replace

from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import Material
from vtwin.results.genealogy import genealogy


def with_lots(program, causes=(), **lots):
    """The program with lots of so many pieces by product, and causes wherever there is scrap."""
    names = sorted(lots)
    return replace(
        program,
        materials=tuple(Material(name, lots[name]) for name in names),
        products=tuple(
            replace(p, material=names.index(p.name)) if p.name in lots else p
            for p in program.products
        ),
        operations=tuple(
            replace(op, causes=tuple(causes)) if op.scrap else op for op in program.operations
        ),
    )


def follow(engine, program, replication=0):
    """The genealogy of one replication."""
    tally = choose(engine, program).simulate(program, replication, trace=True)
    return genealogy(program, tally.trace, replication)
