"""Readiness of the database: a file of this machine is brought up to date by itself, a server is not."""

from service.console.installation import Installation


class NotUpgraded(Exception):
    """The database has another schema than this version works with."""


def prepare(installation: Installation) -> Installation:
    """Return the installation with a database that is up to date; raises `NotUpgraded`.

    A server's database may serve other processes of another version: there a person decides when.
    """
    if not installation.is_current():
        if not installation.keeps_a_file:
            raise NotUpgraded("its schema is not this version's: run `tandem db upgrade`")
        installation.upgrade()
    return installation
