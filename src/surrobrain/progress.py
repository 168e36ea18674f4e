"""Progress on a terminal, for what takes longer than two seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

_QUIET_SECONDS = 2.0


@contextmanager
def progress(total: int, *, label: str, shown: bool = True) -> Iterator[Callable[[int, str], None]]:
    """Yield a function that reports how many of ``total`` steps are done, with a remark.

    Nothing is shown during the first two seconds, where stderr is no terminal, or unless ``shown``.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda done, remark: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn(label),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}  {task.fields[remark]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(label, total=total, remark="")
    begin = time.monotonic()

    def report(done: int, remark: str) -> None:
        if time.monotonic() - begin > _QUIET_SECONDS:
            bar.start()
        bar.update(task, completed=done, remark=remark)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()
