"""Where everything meets: settings become adapters, adapters become the ports of the use cases."""

from service.bootstrap.parts import Parts
from service.bootstrap.tandem import Tandem

__all__ = ["Parts", "Tandem"]
