import io
import sys

from surrobrain import progress as module


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_silent_without_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with module.progress(3, label="training") as report:
        report(1, "error 1")
    assert sys.stderr.getvalue() == ""


def test_silent_when_told_so(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(module, "_QUIET_SECONDS", -1.0)
    with module.progress(3, label="training", shown=False) as report:
        report(1, "error 1")
    assert sys.stderr.getvalue() == ""


def test_short_work_shows_nothing_and_long_work_shows_itself(monkeypatch):
    for quiet, shown in ((60.0, False), (-1.0, True)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setattr(module, "_QUIET_SECONDS", quiet)
        with module.progress(3, label="training") as report:
            report(2, "error 1")
        assert ("training" in sys.stderr.getvalue()) is shown
