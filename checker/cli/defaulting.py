"""A group of commands with one that needs no name: `checker audit PATH` beside `checker audit diff`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

UNNAMED = "unnamed"
"""The name under which the command is registered, which nobody can type."""


class WithUnnamed(TyperGroup):
    """Arguments that do not begin with the name of a command belong to the unnamed one.

    A path that is called like a command can be written `./diff`.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The group's context for a named command, else that of the unnamed one."""
        if args and args[0] in self.commands and args[0] != UNNAMED:
            return super().make_context(info_name, args, parent, **extra)
        return self.commands[UNNAMED].make_context(info_name, args, parent, **extra)
