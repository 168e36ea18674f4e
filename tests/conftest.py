"""What every test may use: the shared reference data, one thread, no network."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices on busy cores only wait
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Return a function that finds a folder of reference data beside the project.

    The data are not ours to ship. Without them a test skips and says so; where ``CI`` is set
    their absence is a failure.
    """

    def find(relative: str) -> Path:
        folder = (
            Path(os.environ.get("SURROBRAIN_SHARED", ROOT.parent / "shared")) / "data" / relative
        )
        if folder.exists():
            return folder
        message = f"reference data {relative!r} are absent; set SURROBRAIN_SHARED to their folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    return find


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and str(address[0]) in ("127.0.0.1", "::1", "localhost")
        )
        if not local:
            raise AssertionError(
                f"a test tried to reach {address!r}; nothing may leave the machine"
            )
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
