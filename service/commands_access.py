"""The commands about who may do what, and who did: ``token …`` and ``audit``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from essaim.service.commands import FormatOption, Run, command

__all__ = ["register"]

_DAYS = 90
_ORDER = ("time", "action", "outcome", "actor", "request")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    token = typer.Typer(
        help="Tokens that let a program do more than read.", no_args_is_help=True,
        rich_markup_mode=None,
    )  # fmt: skip
    command(token, "create")(create)
    command(token, "list")(list_tokens)
    command(token, "revoke")(revoke)
    token.callback()(_tokens)
    app.add_typer(token, name="token")
    command(app, "audit")(audit)


def _tokens() -> None:
    """Tokens that let a program do more than read."""


def create(
    run: Run,
    name: Annotated[str, typer.Argument(help="Who or what it is for.")],
    *,
    scope: Annotated[
        list[str],
        typer.Option("--scope", help="read-restricted, load, update or admin; repeatable."),
    ],
    days: Annotated[int, typer.Option("--days", help="For how many days it is valid.")] = _DAYS,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Make a token; its text goes to the output, once."""
    from essaim.service.audit import Actor, AuditLog  # noqa: PLC0415 - slow to import
    from essaim.service.tokens import Tokens  # noqa: PLC0415 - slow to import

    path = run.workspace().path
    made = Tokens(path).create(name, scope, days=days)
    token = made.token
    AuditLog(path).record(
        Actor.of_command(), "token create", "made",
        token=token.id, scopes=token.scopes, expires=token.expires,
    )  # fmt: skip
    if format == "json":
        run.print_json({**_row(token), "token": made.text})
        return
    run.notes.print(
        run.say("token_made", id=token.id, name=token.name, expires=token.expires[:10]),
        soft_wrap=True,
    )
    sys.stdout.write(made.text + "\n")


def list_tokens(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """List the tokens that were not revoked, without their texts."""
    from essaim.service.tokens import Tokens  # noqa: PLC0415 - slow to import

    rows = [_row(token) for token in Tokens(run.workspace().path).all()]
    if format == "table" and not rows:
        run.print(run.say("no_tokens"))
        return
    headings = {"id": run.say("token")} | {
        key: run.say(key) for key in ("name", "scopes", "created", "expires")
    }
    if format == "table":
        for row in rows:
            over = f" ({run.say('expired')})" if row["expired"] else ""
            row.update(
                scopes=", ".join(row["scopes"]),
                created=row["created"][:10],
                expires=row["expires"][:10] + over,
            )
    run.print_rows(format, headings, rows)


def revoke(
    run: Run,
    id: Annotated[str, typer.Argument(help='Its eight digits; "essaim token list" has them.')],  # noqa: A002
) -> None:
    """Make a token worthless at once, also for a service that is running."""
    from essaim.service.audit import Actor, AuditLog  # noqa: PLC0415 - slow to import
    from essaim.service.tokens import Tokens  # noqa: PLC0415 - slow to import

    path = run.workspace().path
    token = Tokens(path).revoke(id)
    AuditLog(path).record(Actor.of_command(), "token revoke", "revoked", token=token.id)
    run.print(run.say("token_revoked", id=token.id, name=token.name))


def audit(
    run: Run,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many lines.")] = 20,
    format: FormatOption = "table",  # noqa: A002 - the option's name
) -> None:
    """Say who wrote what, the latest first."""
    from essaim.service.audit import AuditLog  # noqa: PLC0415 - slow to import

    lines = list(islice(AuditLog(run.workspace().path).iter_lines(), limit))
    if format == "json":
        run.print_json(lines)
        return
    if not lines and format == "table":
        run.print(run.say("no_writes"))
        return
    rows = [
        {
            "time": str(line.get("time", ""))[:19],
            "actor": _actor(line.get("actor", {})),
            "action": line.get("action", ""),
            "outcome": line.get("outcome", ""),
            "about": ", ".join(f"{k}={_plain(v)}" for k, v in line.items() if k not in _ORDER),
        }
        for line in lines
    ]
    run.print_rows(format, {key: run.say(key) for key in rows[0]}, rows)


def _row(token: Any) -> dict[str, Any]:  # noqa: ANN401 - a Token, imported late
    about = {"id": token.id, "name": token.name, "scopes": list(token.scopes)}
    when = {"created": token.created, "expires": token.expires}
    return {**about, **when, "expired": not token.is_valid(datetime.now(UTC))}


def _actor(actor: dict[str, str]) -> str:
    name = f" ({actor['name']})" if actor.get("name") else ""
    return f"{actor.get('kind', '')} {actor.get('id', '')}{name}"


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
