"""The clinic's numbers for the rules, from the file that the settings name."""

from dataclasses import fields
from pathlib import Path

from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.values import Invalid
from service.fhir.json import NotJson, loads
from service.settings import BadSettings


def numbers_in(file: str | None) -> Numbers:
    """Read the numbers that differ from the defaults; raises `BadSettings`, which names what is wrong."""
    if file is None:
        return DEFAULTS
    try:
        said = loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotJson):
        raise BadSettings("TANDEM_CARE_NUMBERS names no readable JSON file") from None
    known = {one.name for one in fields(Numbers)}
    if not said.keys() <= known:
        raise BadSettings("TANDEM_CARE_NUMBERS holds a number that no rule reads (docs/care-model.md)")
    if any(type(one) is not int for one in said.values()):
        raise BadSettings("TANDEM_CARE_NUMBERS holds a number that is not whole")
    try:
        return Numbers(**said)
    except Invalid as error:
        raise BadSettings(f"TANDEM_CARE_NUMBERS: {error}") from None
