"""The doors for an EHR's notifications: the token in the path opens them, nothing is believed."""

from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import NotFound

from service.api.doors import Doors, Gives, Operation
from service.api.refusals import Malformed, TooSlow
from service.api.requests import body_of
from service.api.services import Services
from service.application.hear_hint import Hint, NotHeard, check_token, hear_hint
from service.application.ports import PlanPorts

_TOO_LARGE = 413
_NOTHING = Gives(status=204, shape=None)


def hook_doors(services: Services) -> Doors:
    """Return the doors for notifications."""
    views = _Hooks(services.plans)
    doors = Doors("hooks", "Notifications of an EHR: hints that something changed.")
    told = Operation(method="POST", path="/hooks/fhir/<id:token>", gives=_NOTHING, refuses=(_TOO_LARGE,))
    doors.open("hearOfSomething", told, views.something)
    named = Operation(
        method="PUT",
        path="/hooks/fhir/<id:token>/<id:kind>/<id:resource_id>",
        gives=_NOTHING,
        refuses=(_TOO_LARGE,),
    )
    doors.open("hearOfResource", named, views.resource)
    return doors


@dataclass(frozen=True, slots=True)
class _Hooks:
    ports: PlanPorts

    def something(self, token: str) -> Response:
        """Hear that something changed in the chart."""
        return self._heard(token, None)

    def resource(self, token: str, kind: str, resource_id: str) -> Response:
        """Hear that a resource changed in the chart."""
        return self._heard(token, f"{kind}/{resource_id}")

    def _heard(self, token: str, reference: str | None) -> Response:
        try:
            check_token(token, ports=self.ports)
            hear_hint(Hint(token=token, reference=reference, body=_body()), ports=self.ports)
        except NotHeard:
            raise NotFound from None
        return Response(status=204)


def _body() -> bytes:
    """Return what came along; what is broken is as good as nothing."""
    try:
        return body_of(request)
    except (Malformed, TooSlow):
        return b""
