"""HTTP without sockets and without a web framework: the quick way from requests to the sandbox."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict

from service.fhir.json import dumps
from service.sandbox.wire import Answer, Incoming, NoAnswer
from tests.fakes.wsgi_transport import seen_by_requests

_ROOT = "/fhir"


class DirectAdapter(HTTPAdapter):
    """A requests adapter in front of whatever answers as `FhirServer.answer` does; faster than WSGI.

    `asked` holds the requests that arrived. `lose` tells, after the effect, whether the answer gets lost on
    its way, as in a read timeout. A `NoAnswer` becomes what requests would raise.
    """

    def __init__(
        self,
        answer: Callable[[Incoming], Answer],
        *,
        lose: Callable[[requests.PreparedRequest], bool] = lambda _: False,
    ) -> None:
        super().__init__()
        self.answer = answer
        self.lose = lose
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask, and return the answer."""
        self.asked.append(request)
        try:
            answer = self.answer(_incoming(request))
        except NoAnswer as silence:
            raise seen_by_requests(silence.how, request) from None
        if self.lose(request):
            raise requests.ReadTimeout(request=request)
        return self.build_response(request, _raw(answer, str(request.method)))


def _incoming(request: requests.PreparedRequest) -> Incoming:
    url = urlsplit(str(request.url))
    root, _, path = url.path.partition(_ROOT)
    body = request.body or b""
    return Incoming(
        method=str(request.method),
        base=f"{url.scheme}://{url.netloc}{root}{_ROOT}",
        segments=tuple(map(unquote, filter(None, path.split("/")))),
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers={name.lower(): str(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


def _raw(answer: Answer, method: str) -> HTTPResponse:
    content = b"" if answer.body is None or method == "HEAD" else dumps(answer.body).encode()
    headers = {"Content-Type": "application/fhir+json;charset=UTF-8", **answer.headers}
    return HTTPResponse(
        body=BytesIO(content),
        headers=HTTPHeaderDict(headers),
        status=answer.status,
        preload_content=False,
        request_method=method,
    )
