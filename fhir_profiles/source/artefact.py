"""What every definition of ours says of itself: who publishes it, in which version, since when."""

import re
from html import escape

from service.fhir.json import JsonObject
from service.mapping.terminology.systems import CANONICAL

VERSION = "0.1.0"
# Fixed, so that building twice gives the same bytes; moved by hand with the version.
DATE = "2026-11-23"
PUBLISHER = "Tandem"
FHIR_VERSION = "4.0.1"


def canonical(type_: str, name: str) -> str:
    """Return the canonical URL of one of our definitions."""
    return f"{CANONICAL}/{type_}/{name}"


def in_pascal(name: str) -> str:
    """Return a name that a machine may use (R4 inv-0): `iana-zone` becomes `IanaZone`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def narrative(title: str, says: str) -> JsonObject:
    """Return what a person reads first of a resource."""
    div = f"<h2>{escape(title)}</h2><p>{escape(says)}</p>"
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{div}</div>'}


def definition(type_: str, name: str, *, title: str, says: str) -> JsonObject:
    """Return the opening of a canonical resource of ours; its id is its name."""
    return {
        "resourceType": type_,
        "id": name,
        "text": narrative(title, says),
        "url": canonical(type_, name),
        "version": VERSION,
        "name": in_pascal(name),
        "title": title,
        "status": "draft",
        "experimental": True,
        "date": DATE,
        "publisher": PUBLISHER,
        "description": says,
    }
