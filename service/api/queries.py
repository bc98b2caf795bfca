"""What lists can be asked for in a URL's query."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from service.api.schemas import ID
from service.document.scalars import read_date, read_moment
from service.domain.concept import Identifier
from service.domain.therapy import RequestStatus
from service.domain.values import Invalid, time_problems
from service.ports.storage import PlanFilter

_LARGEST_PAGE = 200
_USUAL_PAGE = 50
_LONGEST_CURSOR = 500


class Moment(fields.String):
    """A date and time with its offset."""

    def _deserialize(self, value: Any, *where: Any, **kwargs: Any) -> Any:
        try:
            moment = read_moment(super()._deserialize(value, *where, **kwargs))
        except Invalid as error:
            raise ValidationError([one.reason for one in error.problems]) from None
        if reasons := [one.reason for one in time_problems("", moment)]:
            raise ValidationError(reasons)
        return moment


class _Day(fields.String):
    """A day, and nothing else that ISO 8601 knows."""

    def _deserialize(self, value: Any, *where: Any, **kwargs: Any) -> Any:
        try:
            return read_date(super()._deserialize(value, *where, **kwargs))
        except Invalid as error:
            raise ValidationError([one.reason for one in error.problems]) from None


class _SystemAndValue(fields.String):
    """A business identifier, as FHIR's token searches write it."""

    def _deserialize(self, value: Any, *where: Any, **kwargs: Any) -> Any:
        system, bar, given = super()._deserialize(value, *where, **kwargs).partition("|")
        if not bar:
            raise ValidationError("must be system|value")
        try:
            return Identifier(system=system, value=given)
        except Invalid as error:
            raise ValidationError([f"{one.field} {one.reason}" for one in error.problems]) from None


class PageQuery(Schema):
    """Which page of a list."""

    class Meta:
        """Refuses a parameter that is none: a slip in a filter's name would give every plan."""

        unknown = RAISE

    after = fields.String(
        validate=Length(min=1, max=_LONGEST_CURSOR), metadata={"description": "As Link has it."}
    )
    limit = fields.Integer(load_default=_USUAL_PAGE, validate=Range(1, _LARGEST_PAGE))


class PlanQuery(PageQuery):
    """Which plans, and which page of them."""

    patient = fields.String(validate=Regexp(f"^{ID}$"), metadata={"description": "The patient's id."})
    identifier = _SystemAndValue(
        metadata={"description": "An identifier of the patient, as system|value.", "example": "urn:mrn|4711"}
    )
    status = fields.Enum(RequestStatus, by_value=True, metadata={"type": "string"})
    updated_since = Moment(
        metadata={"format": "date-time", "description": "With its offset; a plus sign is written %2B."}
    )


class RevisionQuery(PageQuery):
    """Which page of a plan's revisions."""

    after = fields.Integer(  # type: ignore[assignment]  # here a page follows a number
        load_default=0, validate=Range(0, 2**31 - 1), metadata={"description": "A revision's number."}
    )


class WeekQuery(Schema):
    """Which seven days."""

    class Meta:
        """Refuses a parameter that is none: a slip in its name would give other days."""

        unknown = RAISE

    start = _Day(
        data_key="from",
        metadata={"format": "date", "description": "The first of the seven days; else they end today."},
    )


def filter_of(query: Mapping[str, Any]) -> PlanFilter:
    """Return which plans a query narrows the list to."""
    return PlanFilter(
        patient_id=query.get("patient"),
        patient_identifier=query.get("identifier"),
        status=query.get("status"),
        updated_since=query.get("updated_since"),
    )
