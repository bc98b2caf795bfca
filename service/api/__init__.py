"""The REST door: it parses, calls a use case and renders; every refusal is problem+json."""

from service.api.app import create_app
from service.api.openapi import spec
from service.api.services import Services

__all__ = ["Services", "create_app", "spec"]
