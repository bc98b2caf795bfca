"""Exits with 0 when the service beside it, on loopback, says that it is alive."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection

connection = HTTPConnection("127.0.0.1", int(os.environ.get("TANDEM_PORT", "8080")), timeout=2)
connection.request("GET", "/health/live")
sys.exit(0 if connection.getresponse().status == HTTPStatus.OK else 1)
