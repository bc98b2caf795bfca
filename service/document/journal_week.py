"""A week of the symptom journal as its JSON document."""

from service.document.converter import make_converter
from service.domain.journal_week import JournalWeek
from service.fhir.json import JsonObject

_CONVERTER = make_converter()


def journal_week_to_document(week: JournalWeek) -> JsonObject:
    """Return the JSON document of a summary; a number that nobody gave is left out and counted as missing."""
    written: JsonObject = _CONVERTER.unstructure(week)
    return written
