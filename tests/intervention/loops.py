"""Plants whose every sample is known, for the tests of closed loops."""

import numpy as np


class Wave:
    """A 10 Hz cosine at 1000 Hz that nothing can disturb; ``fault`` edits what is sensed."""

    regions = ("A", "B")
    names = ("S",)
    sfreq = 1000.0
    latency = 0.001

    def __init__(self, fault=lambda tick, samples: samples):
        self.fault = fault
        self.given = []
        self.stops = 0

    def sense(self):
        t = len(self.given)
        return self.fault(t, np.cos(2 * np.pi * 10.0 * np.array([[t / self.sfreq]])))

    def give(self, drive):
        self.given.append(drive.copy())

    def stop(self):
        self.stops += 1
