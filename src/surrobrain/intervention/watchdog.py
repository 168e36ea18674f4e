"""Watchdog: stops the plant when the loop itself hangs."""

import threading
import time
from types import TracebackType

from surrobrain.intervention.pace import precedence
from surrobrain.intervention.plant import Plant

__all__ = ["Watchdog"]


class Watchdog:
    """Stops a plant as soon as the loop has not called ``beat`` for a while, until it is left.

    Needed in real time alone: a controller that does not return would leave the last drive on.

    Parameters
    ----------
    plant : Plant
        Whose ``stop`` is called, from another thread.
    patience : float
        Seconds without a beat.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.intervention.plant import ModelPlant
    >>> plant = ModelPlant(sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.2))
    >>> with Watchdog(plant, patience=0.02) as dog:
    ...     time.sleep(0.1)
    ...     dog.barked
    True
    """

    def __init__(self, plant: Plant, *, patience: float) -> None:
        self.barked = False
        self._plant = plant
        self._patience = patience
        self._last = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def beat(self) -> None:
        """Say that the loop is alive."""
        self._last = time.monotonic()

    def __enter__(self) -> "Watchdog":
        """Begin to watch."""
        self.beat()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        precedence(2)  # a loop that hangs with precedence must not keep its watchdog from running
        while not self._over.wait(self._patience / 8):
            if time.monotonic() - self._last > self._patience:
                self.barked = True
                self._plant.stop()
