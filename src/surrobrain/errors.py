"""Errors that no built-in type describes; everything else raises a built-in one."""

__all__ = [
    "BadRecording",
    "Diverged",
    "MissingDependency",
    "NotConverged",
    "NotEnough",
    "SurrobrainError",
    "TaskFailed",
]


class SurrobrainError(Exception):
    """Parent of every error defined here, so that one ``except`` catches them all."""


class BadRecording(SurrobrainError, ValueError):
    """A recording or connectome holds values that no model should be fitted to."""


class Diverged(SurrobrainError, ArithmeticError):
    """A run left the finite range; the message names the time and the region."""


class NotConverged(SurrobrainError, RuntimeError):
    """A fit ended before it reached what it was asked for."""


class NotEnough(ValueError):
    """The data are too few for what was asked; the message says how many are needed."""


class MissingDependency(SurrobrainError, ImportError):
    """An optional package is absent; the message names the extra that brings it."""


class TaskFailed(SurrobrainError, RuntimeError):
    """Some tasks of a parallel run failed; ``results`` holds the others, None where one failed."""

    def __init__(self, message: str, results: list) -> None:
        super().__init__(message)
        self.results = results
