"""The shape of every command: --json and --debug, and nothing imported that the command does not need."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any, TypeVar

import click

from service.console.run import Run

_Codes = TypeVar("_Codes", bound=StrEnum)


def _remember(context: click.Context, option: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's form
    if value:
        setattr(context.ensure_object(Run), str(option.name), True)


def common_options() -> list[click.Parameter]:
    """Return the options that every command has."""
    shared: dict[str, Any] = {
        "is_flag": True, "is_eager": True, "expose_value": False, "callback": _remember,
    }  # fmt: skip
    return [
        click.Option(["--json", "as_json"], help="Answer in JSON, for machines.", **shared),
        click.Option(["--debug"], help="Show the stack of an unexpected error.", **shared),
    ]


class OneOf(click.Choice[_Codes]):
    """An option that takes one of a closed list of codes; click would take the names in our source."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:  # noqa: ARG002  click's signature
        """Return the code."""
        return str(choice)


class Verb(click.Command):
    """A command with the options that all commands share."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params.extend(common_options())


class Noun(click.Group):
    """A group of verbs about one thing."""

    command_class = Verb


@dataclass(frozen=True, slots=True)
class Later:
    """A command that is imported when it is asked for: `place` is module:name."""

    place: str
    words: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


class LazyGroup(click.Group):
    """A group that knows its commands' names and words, so that its help imports none of them."""

    def __init__(self, *args: Any, later: Mapping[str, Later], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params.extend(common_options())
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names in the order of the table."""
        return list(self._later)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import the command of a name."""
        known = self._later.get(cmd_name)
        return known.load() if known else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        """Write the commands with the words of the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, known.words) for name, known in self._later.items()])
