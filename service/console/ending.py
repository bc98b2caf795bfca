"""From a run to its exit code: each error becomes words or JSON, never a stack."""

import traceback
from collections.abc import Sequence

import click

from service.console.exit_codes import ExitCode
from service.console.run import Run
from service.fhir.json import JsonObject, dumps


def carry_out(command: click.Command, arguments: Sequence[str] | None, run: Run) -> int:
    """Run a command and return its exit code; with `arguments` None those of the process are taken."""
    try:
        code = command.main(args=arguments, prog_name="tandem", standalone_mode=False, obj=run)
    except click.ClickException as error:
        return _misused(error, run)
    except (click.Abort, KeyboardInterrupt):
        run.say("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:
        return _failed(error, run)
    return code if isinstance(code, int) else ExitCode.DONE


def _misused(error: click.ClickException, run: Run) -> int:
    if run.as_json:
        _as_json({"error": {"exit_code": ExitCode.USAGE.value, "message": error.format_message()}})
    else:
        error.show()
    return ExitCode.USAGE


def _failed(error: Exception, run: Run) -> int:
    from service.console.errors import told  # noqa: PLC0415  imports the use cases, which --help does without

    said = told(error)
    if run.debug and said.code is ExitCode.UNEXPECTED:
        run.say("".join(traceback.format_exception(error)))
    if run.as_json:
        _as_json(said.document)
    else:
        run.say(said.text)
    return said.code


def _as_json(document: JsonObject) -> None:
    click.echo(dumps(document))
