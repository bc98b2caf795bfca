"""The REST door: it parses, calls a use case and renders; every refusal is problem+json."""

from service.api.app import create_app
from service.api.cards import CDS_PATHS
from service.api.openapi import spec
from service.api.protection import Protection
from service.api.rate import Rate
from service.api.services import OWN_NAMES, Services

__all__ = ["CDS_PATHS", "OWN_NAMES", "Protection", "Rate", "Services", "create_app", "spec"]
