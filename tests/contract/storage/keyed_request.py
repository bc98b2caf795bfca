"""Asks for a new person with an Idempotency-Key, in a process that may end in the middle.

Arguments: the database's URL, and where to end: `before` or `after` the commit that keeps the effect.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from werkzeug.test import TestResponse

from service.bootstrap import Tandem
from service.document import person_to_document
from service.settings import Settings
from service.storage.unit_of_work import SqlUnitOfWork
from tests.builders import a_person

KEY = {"Idempotency-Key": "crash"}
BODY = person_to_document(a_person(id="person-of-the-crash"))
_commit = SqlUnitOfWork.commit


@contextmanager
def installed(url: str) -> Iterator[Tandem]:
    """An installation whose connections go with the block."""
    tandem = Tandem(settings=Settings(database_url=url, rate_limit="off"), log_to=StringIO())
    yield tandem
    tandem.database.close()


def ask(url: str) -> TestResponse:
    with installed(url) as tandem:
        return tandem.application().test_client().post("/people", json=BODY, headers=KEY)


def ends_before(work: SqlUnitOfWork) -> None:
    os._exit(9)


def ends_after(work: SqlUnitOfWork) -> None:
    _commit(work)
    os._exit(9)


if __name__ == "__main__":
    SqlUnitOfWork.commit = {"before": ends_before, "after": ends_after}[sys.argv[2]]
    ask(sys.argv[1])
