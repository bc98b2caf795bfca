"""`tandem`, the command line."""

import signal
import sys
from typing import TYPE_CHECKING

from service.console.commands import tandem
from service.console.ending import carry_out
from service.console.run import Run

if TYPE_CHECKING:
    from service.console.installation import Parts


def main() -> None:
    """Carry out the command of this process and exit with its code; being told to end is an interruption."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(carry_out(tandem, None, Run(assemble=_parts)))


def _parts() -> "Parts":
    from service.bootstrap import Parts  # noqa: PLC0415  half a second that --help does without

    return Parts()
