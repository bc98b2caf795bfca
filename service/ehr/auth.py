"""Who we are to the server: a bearer token, asked for anew before each request."""

from collections.abc import Callable
from typing import TypeAlias

from requests import PreparedRequest
from requests.auth import AuthBase

TokenSource: TypeAlias = Callable[[], str]


class Bearer(AuthBase):
    """Puts the current token on a request, so that one which expires in mid-run is replaced."""

    def __init__(self, token: TokenSource) -> None:
        self._token = token

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Set the Authorization header."""
        r.headers["Authorization"] = f"Bearer {self._token()}"
        return r
