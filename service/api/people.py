"""The directory of clinicians that plans name."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request

from service.api.doors import Doors, Gives, Operation, Takes
from service.api.entrance import about
from service.api.plans import check_id, page_of
from service.api.queries import PageQuery
from service.api.refusals import StaleVersion
from service.api.requests import if_match
from service.api.responses import answer, digest_tag, listing, unless_known
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.directory import add_person, list_people, read_person, replace_person
from service.application.ports import PlanPorts
from service.document import person_from_document, person_to_document
from service.domain.people import Person
from service.fhir.json import dumps

_ALL, _ONE = "/people", "/people/<id:person_id>"


def people_doors(services: Services) -> Doors:
    """Return the doors to the directory."""
    views = _People(services.plans)
    schema = schema_of(Person)
    takes = Takes(shape=schema, read=person_from_document)
    held = Gives(shape=schema, headers=("ETag",))
    made = Gives(status=201, shape=schema, headers=("ETag", "Location"))
    doors = Doors("people", "The directory of clinicians that plans share.")
    doors.open(
        "listPeople",
        Operation(
            method="GET", path=_ALL, gives=page_of(Person), query=PageQuery, needs=Permission.READ_PEOPLE
        ),
        views.list,
    )
    doors.open(
        "createPerson",
        Operation(
            method="POST",
            path=_ALL,
            gives=made,
            takes=takes,
            refuses=(409,),
            needs=Permission.WRITE_PEOPLE,
            once=True,
        ),
        views.create,
    )
    doors.open(
        "readPerson",
        Operation(
            method="GET", path=_ONE, gives=held, headers=("IfNoneMatch",), needs=Permission.READ_PEOPLE
        ),
        views.read,
    )
    doors.open(
        "replacePerson",
        Operation(
            method="PUT",
            path=_ONE,
            gives=held,
            takes=takes,
            refuses=(412, 428),
            headers=("IfMatch",),
            needs=Permission.WRITE_PEOPLE,
        ),
        views.replace,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _People:
    ports: PlanPorts

    def list(self, query: dict[str, Any]) -> Response:
        """List the directory."""
        page = list_people(after=query.get("after"), limit=query["limit"], ports=self.ports)
        return listing([person_to_document(one) for one in page.items], more=page.next, request=request)

    def create(self, body: Person) -> Response:
        """Add a clinician to the directory."""
        about(item_id=body.id)
        response = _answered(add_person(body, ports=self.ports))
        response.status_code = 201
        response.headers["Location"] = f"/people/{body.id}"
        return response

    def read(self, person_id: str) -> Response:
        """Read a clinician of the directory."""
        return unless_known(_answered(read_person(person_id, ports=self.ports)), request)

    def replace(self, person_id: str, body: Person) -> Response:
        """Change a clinician of the directory."""
        check_id(body.id, person_id)
        held = read_person(person_id, ports=self.ports)
        if if_match(request) != _answered(held).headers["ETag"]:
            raise StaleVersion("The person has changed: read it again before deciding again.")
        return _answered(replace_person(body, expected=held, ports=self.ports))


def _answered(person: Person) -> Response:
    document = person_to_document(person)
    return answer(document, etag=digest_tag(dumps(document)))
