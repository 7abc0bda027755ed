"""One limit of time, shared by all steps of a task."""

from time import monotonic

from gis_core.errors import TimeLimitError


class Deadline:
    """The time left of `seconds` from now on; a step is never given less than a tenth."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds

    def left_s(self) -> float:
        """Return the seconds left, at least 0.1."""
        return max(0.1, self._until - monotonic())

    def passed(self) -> bool:
        """Return whether no time is left."""
        return monotonic() >= self._until

    def check(self) -> None:
        """Go on only where time is left.

        Raises
        ------
        TimeLimitError
            If none is.
        """
        if self.passed():
            raise TimeLimitError(
                "The time limit passed before the work was done; allow more time.",
                "在时限内未能完成；请延长时间。",
            )
