"""An installation without keys: a demo in the clear, which only this machine reaches."""

import click

from service.console.installation import Installation
from service.console.run import Run
from service.console.serving import is_loopback

WARNING = (
    "no key is set: plans are stored in the clear, for a demo on this machine"
    " (TANDEM_KEYS_FILE seals them; `tandem key new` makes a key)"
)


def check_seal(run: Run, installation: Installation, host: str) -> None:
    """Say that an installation stores in the clear; refuse, as misuse, to let other machines reach it."""
    if installation.seals:
        return
    if not is_loopback(host):
        raise click.UsageError(
            f"{host} can be reached from other machines, and no key is set: TANDEM_KEYS_FILE is needed."
        )
    run.say(WARNING)
