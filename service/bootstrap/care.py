"""The clinic's numbers and measures for the rules, from the files that the settings name."""

from dataclasses import fields

from service.bootstrap.files import json_in
from service.document import measures_from_document
from service.domain.findings.judging import Standards
from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.instruments import PUBLISHED, Instruments
from service.domain.own_measures import clinic_instruments
from service.domain.values import Invalid
from service.settings import BadSettings, Settings


def standards_of(settings: Settings) -> Standards:
    """Return what the rules judge by; raises `BadSettings`."""
    return Standards(
        numbers=numbers_in(settings.care_numbers), instruments=instruments_in(settings.care_measures)
    )


def numbers_in(file: str | None) -> Numbers:
    """Read the numbers that differ from the defaults; raises `BadSettings`, which names what is wrong."""
    if file is None:
        return DEFAULTS
    said = json_in(file, "TANDEM_CARE_NUMBERS")
    known = {one.name for one in fields(Numbers)}
    if not said.keys() <= known:
        raise BadSettings("TANDEM_CARE_NUMBERS holds a number that no rule reads (docs/care-model.md)")
    if any(type(one) is not int for one in said.values()):
        raise BadSettings("TANDEM_CARE_NUMBERS holds a number that is not whole")
    try:
        return Numbers(**said)
    except Invalid as error:
        raise BadSettings(f"TANDEM_CARE_NUMBERS: {error}") from None


def instruments_in(file: str | None) -> Instruments:
    """Read what the clinic says of measures; raises `BadSettings`, which names the measure and the field."""
    if file is None:
        return PUBLISHED
    try:
        return clinic_instruments(measures_from_document(json_in(file, "TANDEM_CARE_MEASURES")))
    except Invalid as error:
        raise BadSettings(f"TANDEM_CARE_MEASURES: {error}") from None
