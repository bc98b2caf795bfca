"""HTTP with limits: time, size, tries and origin; plain values in, plain values out, sorted errors."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter

from service.ehr.address import Address
from service.ehr.auth import Bearer, TokenSource
from service.ehr.errors import broken, refusal, unreadable
from service.ehr.messages import Answer, Ask
from service.ehr.patience import SAFE, Limits, adapter_for
from service.fhir.json import NotJson, dumps, loads
from service.ports.ehr import EhrError, NotFhir
from service.telemetry.watch import Call, CallWatch, Unwatched

_HOPS = 3
_PIECE = 65_536


class Straight(requests.Session):
    """Leaves redirects to us: requests trips over a broken Location even when told not to follow it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  requests' signature
        """Name no target."""
        return None


class _Line(threading.local):
    """What each thread has under way."""

    call: Call = Unwatched()


class Transport:
    """One session with one server; safe to share between as many threads as `Limits.pool`."""

    def __init__(  # noqa: PLR0913  each is decided by another part of an installation
        self,
        base: str,
        *,
        request_ids: Callable[[], str],
        limits: Limits | None = None,
        token: TokenSource | None = None,
        adapter: BaseAdapter | None = None,
        ca_bundle: str | None = None,
        watch: CallWatch | None = None,
    ) -> None:
        """Open a session; raises `NotFhir` for an address that cannot be one; `ca_bundle` is a path."""
        self._address = Address(base)
        self._request_ids = request_ids
        self._limits = limits or Limits()
        self._watch = watch or Unwatched()
        self._line = _Line()
        self._session = Straight()
        self._session.trust_env = False  # no proxy, password or authority from the environment
        self._session.verify = ca_bundle or True
        self._session.auth = Bearer(token) if token else None
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter or adapter_for(self._limits, again=self._again))
        # urllib3 logs each URL with its query, and ours hold names and identifiers.
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    def ask(self, ask: Ask, *, attempt: int = 1) -> Answer:
        """Return a successful answer; raises `EhrError`, sorted, for anything else.

        A caller who asks the same again says for the how many-th time.
        """
        request_id = self._request_ids()
        with self._watch.call(ask.aim, request_id, attempt=attempt) as call:
            self._line.call = call
            try:
                return self._asked(ask, request_id, call)
            except requests.RequestException as error:
                raise broken(ask, error, request_id) from None

    def _asked(self, ask: Ask, request_id: str, call: Call) -> Answer:
        with self._send(ask, _headers(ask, request_id, call.headers)) as response:
            call.answered(response.status_code)
            answer = self._answer(ask, response, request_id)
        if not answer.ok:
            raise refusal(ask, answer)
        if answer.garbled:
            raise unreadable(ask, answer, "the answer is no JSON object")
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _again(self) -> None:
        self._line.call.again()

    def _send(self, ask: Ask, headers: Mapping[str, str]) -> requests.Response:
        url, params = self._address.url(ask.path), dict(ask.params)
        for _ in range(_HOPS):
            response = self._session.request(
                ask.method,
                url,
                params=params,
                data=dumps(ask.body).encode() if ask.body is not None else None,
                headers=headers,
                timeout=(self._limits.connect, self._limits.answer),
                allow_redirects=False,
                stream=True,
            )
            if not response.is_redirect:
                return response
            url, params = self._redirected(ask, response), {}
        raise NotFhir(f"{ask.name}: the server redirects without end", request_id=headers["X-Request-Id"])

    def _redirected(self, ask: Ask, response: requests.Response) -> str:
        """Return where a read is sent on to; neither a write nor our token goes anywhere else."""
        response.close()
        if ask.method not in SAFE:
            raise NotFhir(f"{ask.name}: the server redirects", status=response.status_code)
        return self._address.url(response.headers["Location"], seen_from=response.url)

    def _answer(self, ask: Ask, response: requests.Response, request_id: str) -> Answer:
        headers: Mapping[str, str] = response.headers
        known_as = headers.get("X-Request-Id", request_id)
        content = _content(response, self._limits.answer_bytes)
        if content is None:
            answer = Answer(status=response.status_code, headers=headers, body=None, request_id=known_as)
            raise _too_large(ask, answer)
        body, garbled = _parsed(content)
        return Answer(
            status=response.status_code, headers=headers, body=body, request_id=known_as, garbled=garbled
        )


def _headers(ask: Ask, request_id: str, traced: Mapping[str, str]) -> dict[str, str]:
    typed = {"Content-Type": "application/fhir+json; charset=utf-8"} if ask.body is not None else {}
    return {"Accept": "application/fhir+json", "X-Request-Id": request_id, **traced, **typed, **ask.headers}


def _content(response: requests.Response, limit: int) -> bytes | None:
    kept = bytearray()
    for piece in response.iter_content(_PIECE):
        kept += piece
        if len(kept) > limit:
            return None
    return bytes(kept)


def _parsed(content: bytes) -> tuple[dict[str, Any] | None, bool]:
    if not content.strip():
        return None, False
    try:
        return loads(content), False
    except NotJson:
        return None, True


def _too_large(ask: Ask, answer: Answer) -> EhrError:
    if not answer.ok:
        return refusal(ask, answer)
    return unreadable(ask, answer, "the answer is larger than we take")
