from dataclasses import replace

import pytest

from service.ports.access import Role, Token
from service.ports.storage import Storage, Taken, Unknown
from tests.contract.storage.samples import NOON, later

WARD = Token(
    id="0a1b",
    name="ward-3",
    role=Role.READER,
    digest="d" * 64,
    created_at=NOON,
    created_by="cli:operator",
    expires_at=later(60),
)
MAJA = replace(WARD, id="2c3d", name="app-7", role=Role.PATIENT, plan_id="plan-1", expires_at=later(90))


def given(storage: Storage, *tokens: Token) -> None:
    with storage.begin() as work:
        for one in tokens:
            work.tokens.add(one)
        work.commit()


def test_a_token_comes_back_as_it_was_kept(storage: Storage) -> None:
    given(storage, WARD, MAJA)
    with storage.begin(write=False) as work:
        assert (work.tokens.get(WARD.id), work.tokens.get(MAJA.id)) == (WARD, MAJA)
        assert work.tokens.all() == (MAJA, WARD)


def test_a_token_that_was_never_given_out_is_unknown(storage: Storage) -> None:
    with storage.begin() as work:
        with pytest.raises(Unknown):
            work.tokens.get("0a1b")
        with pytest.raises(Unknown):
            work.tokens.revoke("0a1b", NOON)


@pytest.mark.parametrize("again", [replace(MAJA, id=WARD.id), replace(MAJA, name=WARD.name)])
def test_an_id_and_a_name_are_given_once_even_after_a_revocation(storage: Storage, again: Token) -> None:
    given(storage, WARD)
    with storage.begin() as work:
        work.tokens.revoke(WARD.id, later(1))
        with pytest.raises(Taken):
            work.tokens.add(again)


def test_a_revoked_token_keeps_its_first_moment(storage: Storage) -> None:
    given(storage, WARD, MAJA)
    with storage.begin() as work:
        assert work.tokens.revoke(WARD.id, later(1)) == replace(WARD, revoked_at=later(1))
        assert work.tokens.revoke(WARD.id, later(2)).revoked_at == later(1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.tokens.all() == (MAJA, replace(WARD, revoked_at=later(1)))
