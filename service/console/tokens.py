"""`tandem token`: give tokens out, list them, revoke them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TextIO

import click

from service.application.tokens import NewToken, add_token, list_tokens, revoke_token
from service.console.group import Noun, OneOf
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import trail_of
from service.fhir.json import JsonObject
from service.ports.access import Role, Token

_YEAR = 365
_LONGEST = 10 * _YEAR


@click.group(cls=Noun)
def token() -> None:
    """Say who may enter: give tokens out, list them, revoke them."""


@token.command()
@click.argument("name")
@click.option("--role", type=OneOf(Role), required=True, help="What it may do.")
@click.option("--plan", metavar="PLAN_ID", help="The one plan of a patient's token.")
@click.option(
    "--expires",
    metavar="DAYS",
    type=click.IntRange(1, _LONGEST),
    default=_YEAR,
    show_default=True,
    help="In how many days it ends.",
)
@click.pass_obj
def add(run: Run, name: str, *, role: Role, plan: str | None, expires: int) -> None:
    """Make a token for NAME, which is the author of what is written with it.

    The token is shown this once and kept nowhere: only its digest is.
    """
    installation = prepare(run.installation)
    wanted = NewToken(name=name, role=role, days=expires, plan_id=plan, created_by=installation.operator)
    with trail_of(installation, "token add", plan_id=plan, item_id=name) as trail:
        made, text = add_token(wanted, ports=replace(installation.tokens, storage=trail))
    run.say(f"Token {made.id} of {made.name}, {made.role}, {_state(made, made.created_at)}; shown this once:")
    run.answer({**_document(made), "token": text}, lambda stream: click.echo(text, file=stream))


@token.command("list")
@click.pass_obj
def list_(run: Run) -> None:
    """List every token that was ever given out, without its secret."""
    installation = prepare(run.installation)
    with trail_of(installation, "token list") as trail:
        found = list_tokens(storage=trail)
    now = installation.plans.clock.now()
    run.answer({"tokens": [_document(one) for one in found]}, lambda stream: _show(found, now, stream))


@token.command()
@click.argument("token_id")
@click.pass_obj
def revoke(run: Run, token_id: str) -> None:
    """Revoke a token, by the id that `tandem token list` shows; it opens nothing from now on."""
    installation = prepare(run.installation)
    with trail_of(installation, "token revoke", item_id=token_id) as trail:
        gone = revoke_token(token_id, storage=trail, clock=installation.tokens.clock)
    words = f"revoked token {gone.id} of {gone.name}"
    run.answer(_document(gone), lambda stream: click.echo(words, file=stream))


def _document(one: Token) -> JsonObject:
    moments = {"created_at": one.created_at, "expires_at": one.expires_at, "revoked_at": one.revoked_at}
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "plan_id": one.plan_id,
        "created_by": one.created_by,
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
    }


def _show(tokens: Iterable[Token], now: datetime, stream: TextIO) -> None:
    rows = [(one.id, one.name, one.role, one.plan_id, _state(one, now)) for one in tokens]
    page(stream).print(table("Tokens", ("id", "name", "role", "plan", "state"), rows))


def _state(one: Token, now: datetime) -> str:
    if one.revoked_at is not None:
        return f"revoked {one.revoked_at:%Y-%m-%d}"
    return f"{'expired' if one.expires_at <= now else 'until'} {one.expires_at:%Y-%m-%d}"
