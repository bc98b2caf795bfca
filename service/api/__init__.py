"""The REST door: it parses, calls a use case and renders; every refusal is problem+json."""

from service.api.app import create_app
from service.api.openapi import spec
from service.api.services import OWN_NAMES, Services

__all__ = ["OWN_NAMES", "Services", "create_app", "spec"]
