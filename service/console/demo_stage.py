"""Where the demo plays: a chart, embedded or borrowed, and the service with a database of its own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from service.console.demo_cast import Cast, cast
from service.console.installation import Parts, SandboxShape
from service.console.plain_http import Client, NoAnswer
from service.console.serving import running
from service.ports.ehr import NotFhir, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The two servers and the plans; `borrowed` says that the chart's server was there before the demo."""

    service: Client
    ehr: Client
    cast: Cast
    borrowed: bool


@contextmanager
def staged(parts: Parts, ehr_url: str | None, *, log: TextIO | None = None) -> Iterator[Stage]:
    """Give a stage until the block ends; the service's events go to `log`, or are lost with the stage.

    Raises `Unavailable` or `NotFhir` for a borrowed EHR that is none.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tandem-demo-")))
        events = log or stack.enter_context((folder / "service.log").open("w", encoding="utf-8"))
        if ehr_url is None:
            chart = stack.enter_context(running(stack.enter_context(parts.sandbox(None, SandboxShape.HAPI))))
            ehr = Client(f"{chart}/fhir")
        else:
            ehr = Client(ehr_url.rstrip("/"))
            _check(ehr)
        settings = {
            "database_url": f"sqlite:///{folder / 'demo.db'}",
            "ehr_url": ehr.base,
            "worker": "off",
            "ehr_mode": "write",
            "ehr_sandbox": True,
        }
        installation = parts.assembled(settings, events)
        installation.upgrade()
        service = Client(stack.enter_context(running(installation.application())))
        stage_name = "" if ehr_url is None else installation.ids.new()[:8]
        yield Stage(service=service, ehr=ehr, cast=cast(stage_name), borrowed=ehr_url is not None)


def _check(ehr: Client) -> None:
    try:
        said = ehr.get("metadata")
    except NoAnswer as error:
        raise Unavailable(str(error)) from None
    if said.body.get("resourceType") != "CapabilityStatement":
        raise NotFhir(f"{ehr.base} gives no CapabilityStatement", status=said.status)
