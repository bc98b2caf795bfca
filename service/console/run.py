"""One run of the command line: what was asked of it as a whole, and how it answers."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

import click

from service.fhir.json import JsonObject, dumps

if TYPE_CHECKING:
    from service.console.installation import Installation, Parts


@dataclass(slots=False, kw_only=True)
class Run:
    """The object of click's context; nothing is assembled before a command needs it."""

    assemble: Callable[[], "Parts"]
    as_json: bool = False
    debug: bool = False

    @cached_property
    def parts(self) -> "Parts":
        """What the composition root can assemble."""
        return self.assemble()

    @cached_property
    def installation(self) -> "Installation":
        """The installation that the environment describes; raises `WrongSetting`."""
        return self.parts.installed()

    def answer(self, document: JsonObject, view: Callable[[TextIO], Any]) -> None:
        """Give the result on standard output: the document with --json, else what `view` writes."""
        if self.as_json:
            click.echo(dumps(document))
        else:
            view(sys.stdout)

    def say(self, words: str) -> None:
        """Say something on standard error, where it never mixes with a result."""
        click.echo(words, err=True)
