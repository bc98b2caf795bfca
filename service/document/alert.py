"""Alerts to and from their JSON documents, which storage keeps sealed; events of a timeline to theirs."""

from service.document.converter import make_converter
from service.domain.alert import Alert
from service.domain.timeline import Event
from service.fhir.json import JsonObject

_CONVERTER = make_converter()


def alert_to_document(alert: Alert) -> JsonObject:
    """Return the JSON document of an alert."""
    written: JsonObject = _CONVERTER.unstructure(alert)
    return written


def alert_from_document(document: JsonObject) -> Alert:
    """Return the alert of a document; raises `Invalid`."""
    return _CONVERTER.structure(document, Alert)


def event_to_document(event: Event) -> JsonObject:
    """Return the JSON document of an event of a timeline."""
    written: JsonObject = _CONVERTER.unstructure(event)
    return written
