"""The command line: finds a command, runs it, and turns an error into one line and a code."""

import os
import re
import sys
from collections.abc import Sequence

import click

from surrobrain import __version__, errors
from surrobrain.cli.group import Folder

__all__ = ["main"]

_epilog = """\b
Exit codes:
  0  done
  1  an error nobody foresaw (please report it; --debug shows where)
  2  the command was typed wrongly
  3  the input is missing or unusable
  4  a model diverged or did not converge
  5  an optional package is missing
  130  stopped by Ctrl-C

Results go to standard output, progress and errors to standard error.
"""


@click.group(
    cls=Folder, folder="surrobrain.cli.commands", epilog=_epilog,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.version_option(__version__, prog_name="surrobrain")
def cli() -> None:
    """Fit an AI model to a brain recording, judge it honestly, then ask what if.

    \b
    First steps:
      surrobrain demo                          a virtual subject whose truth is known
      surrobrain inspect RECORDING             what is in a file, and what is wrong with it
      surrobrain run RECORDING --tr 0.72       the whole way, for your own data
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What was typed after ``surrobrain``; taken from the process when absent.
    """
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")  # brains are small matrices: more threads only wait
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(typed, prog_name="surrobrain", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        if "--debug" in typed:
            raise
        click.echo(f"error: {_as_typed(str(error)) or type(error).__name__}", err=True)
        return _exit_code(error)
    return code if isinstance(code, int) else 0  # click hands back what --help or Exit ended with


def _as_typed(message: str) -> str:
    """Say in one line, and with the options of the command line, what a function said."""
    line = " ".join(message.split())
    line = re.sub(r"\b(on_bad|orientation|which)='([^']+)'", _option, line)
    return line.replace("give sfreq in Hz", "give --sfreq in Hz or --tr in s")


def _option(found: re.Match[str]) -> str:
    return f"--{found[1].replace('_', '-')} {found[2]}"


def _exit_code(error: Exception) -> int:
    if isinstance(error, errors.MissingDependency):
        return 5
    if isinstance(error, (errors.Diverged, errors.NotConverged)):
        return 4
    if isinstance(error, (ValueError, TypeError, OSError)):
        return 3
    return 1


if __name__ == "__main__":
    sys.exit(main())
