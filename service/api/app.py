"""The Flask application: blueprints, request ids, and problems for whatever goes wrong."""

import re
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api.alerts import alert_doors
from service.api.audit import audit_doors
from service.api.binding import binding_doors
from service.api.calendars import calendar_doors
from service.api.cards import card_doors
from service.api.components import PROBLEM, REQUEST_ID, REQUEST_ID_PATTERN
from service.api.entrance import RequestStorage
from service.api.errors import ProblemDetails, problem_of
from service.api.fhir import fhir_doors
from service.api.findings import finding_doors
from service.api.guard import Guard, private
from service.api.health import health_doors
from service.api.hooks import hook_doors
from service.api.imports import import_doors
from service.api.inbox import inbox_doors
from service.api.journal import journal_doors
from service.api.meetings import meeting_doors
from service.api.metrics import metrics_doors
from service.api.openapi import make_api
from service.api.pages import page_doors
from service.api.parts import part_doors
from service.api.people import people_doors
from service.api.plans import plan_doors
from service.api.requests import check_host
from service.api.responses import dumped
from service.api.revisions import revision_doors
from service.api.schemas import schema_of
from service.api.services import Services
from service.api.sync import sync_doors
from service.api.timeline import timeline_doors
from service.api.writing import writing_doors
from service.fhir.json import dumps
from service.ports.storage import StorageError
from service.telemetry.events import REQUEST_ANSWERED, REQUEST_FAILED, emit
from service.telemetry.metrics import METHOD
from service.telemetry.watch import Request

_DOORS = (
    plan_doors,
    revision_doors,
    timeline_doors,
    calendar_doors,
    journal_doors,
    part_doors,
    fhir_doors,
    sync_doors,
    binding_doors,
    inbox_doors,
    finding_doors,
    alert_doors,
    card_doors,
    meeting_doors,
    import_doors,
    people_doors,
    hook_doors,
    audit_doors,
    writing_doors,
    metrics_doors,
    health_doors,
)


def create_app(services: Services) -> Flask:
    """Return the REST application on these services."""
    app = Flask("tandem", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.largest_body
    if services.protection.behind_https:
        # The proxy in front says who asks, and nobody else can: clients reach the service through it alone.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]  # Flask's own way
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    api = make_api(app)
    audited = replace(services.plans, storage=RequestStorage(services.plans.storage))
    doors = [make(replace(services, plans=audited)) for make in _DOORS] + [page_doors()]
    for group in doors:
        api.register_blueprint(group.blueprint)
    guard = Guard(services, doors)
    guard.check(app)
    _Surroundings(services, guard).attach(app)
    return app


class _Surroundings:
    """What every request has around it: its id, its line in the log, and its end in a problem."""

    def __init__(self, services: Services, guard: Guard) -> None:
        self._services = services
        self._guard = guard

    def attach(self, app: Flask) -> None:
        app.before_request(self._begin)
        app.after_request(self._finish)
        app.teardown_request(self._leave)
        app.register_error_handler(HTTPException, self._refuse)
        app.register_error_handler(Exception, self._refuse)

    def _begin(self) -> Response | None:
        given = request.headers.get(REQUEST_ID, "")
        g.request_id = given if re.fullmatch(REQUEST_ID_PATTERN, given) else self._services.ids.new()
        g.since = self._services.stopwatch()
        g.context = ExitStack()
        g.context.enter_context(self._services.bind(g.request_id))
        g.seen = g.context.enter_context(self._services.watch.request(_seen(g.request_id)))
        g.once = self._services.once
        check_host(request, self._services.hosts)
        if (said := self._services.protection.preflight(request)) is not None:
            return said
        if self._services.rate is not None:
            self._services.rate.count(request)
        self._guard.enter()
        return None

    def _finish(self, response: Response) -> Response:
        try:
            self._guard.leave(response)
        except StorageError as error:
            # What cannot be written down is not told either.
            response = self._refuse(error)
        private(response)
        response.headers[REQUEST_ID] = g.request_id
        self._services.protection.cover(request, response)
        if self._services.rate is not None:
            self._services.rate.tell(response)
        g.seen.status = response.status_code
        emit(
            self._services.log,
            REQUEST_ANSWERED,
            request_id=g.request_id,
            method=_method(),
            route=_route(),
            status=response.status_code,
            milliseconds=round((self._services.stopwatch() - g.since) * 1000),
        )
        return response

    def _leave(self, _: BaseException | None) -> None:
        g.context.close()

    def _refuse(self, error: Exception) -> Response:
        told, headers = problem_of(error, g.request_id)
        if told.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            emit(
                self._services.log,
                REQUEST_FAILED,
                request_id=g.request_id,
                method=_method(),
                route=_route(),
                error=_place(error),
            )
        return _problem(told, headers)


def _problem(told: ProblemDetails, headers: dict[str, str]) -> Response:
    body = {name: one for name, one in dumped(schema_of(ProblemDetails), told).items() if one != []}
    return Response(dumps(body), status=told.status, headers=headers, content_type=PROBLEM)


def _seen(request_id: str) -> Request:
    door = request.url_rule.endpoint if request.url_rule is not None else "none"
    return Request(
        request_id=request_id,
        operation=door.rpartition(".")[2],
        method=_method(),
        traceparent=request.headers.get("traceparent"),
    )


def _method() -> str:
    # A method is whatever somebody typed, too.
    return METHOD.fitted(request.method)


def _route() -> str:
    # The rule and never the path: a path can hold whatever somebody typed.
    return request.url_rule.rule if request.url_rule is not None else "none"


def _place(error: BaseException) -> str:
    """Return the kind of an exception and where it was raised; its message may quote a record."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
    return type(error).__qualname__ + where
