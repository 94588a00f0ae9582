"""The commands. Each is: words -> one app call -> text, JSON and files."""

from __future__ import annotations

import click

from vtwin import __version__
from vtwin.base.errors import nearest
from vtwin.cli.commands import plants, records, searches, studies, web


class Commands(click.Group):
    """The group of commands; knows which one was probably meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a person meets them, not alphabetical."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or a usage error with the nearest name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            close = nearest(args[0], self.commands)
            hint = f" Did you mean '{close}'?" if close else " 'vtwin --help' lists them."
            raise click.UsageError(f"there is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vtwin", message="%(prog)s %(version)s")
def vtwin() -> None:
    """A digital twin of a factory: try a change before moving a single machine."""


for command in (
    *(studies.demo, plants.new, plants.check),
    *(studies.run, studies.compare, studies.explain),
    *(searches.sweep, searches.optimise),
    *(records.genealogy, records.learn, records.validate),
    *(plants.library, plants.nc, plants.balance, plants.schema, web.serve),
):
    vtwin.add_command(command)
