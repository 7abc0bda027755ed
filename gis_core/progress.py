"""Progress of long work, as a callback that analysis and workflows call."""

from typing import Protocol

from gis_core.text import Text


class Progress(Protocol):
    """Called with the share done, 0 to 1, and a sentence on what is being done."""

    def __call__(self, share: float, what: Text) -> None: ...


def silent(share: float, what: Text) -> None:
    """Ignore progress."""


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Return a progress that reports its 0 to 1 as `start` to `end` of `progress`."""

    def report(share: float, what: Text) -> None:
        progress(start + (end - start) * share, what)

    return report
