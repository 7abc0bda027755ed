"""HiGHS, as quiet and as deterministic as this program needs it."""

import highspy

SEED = 1
# HiGHS keeps one pool of threads a process: a solve that asks for another number is refused, so
# every solve of the program asks for the same.
THREADS = 1


class QuietHighs(highspy.Highs):
    """HiGHS that prints nothing at all.

    The plain constructor enables callbacks before any option can be set, and that alone prints
    a banner on standard output, where commands print their one JSON document.
    """

    def enableCallbacks(self) -> highspy.HighsStatus:
        """Turn output off, then enable callbacks."""
        self.silent()
        return super().enableCallbacks()


def quiet_solver(**options: float | str) -> QuietHighs:
    """Return a silent HiGHS with this program's seed and threads, and HiGHS's `options`.

    The same model gives the same answer.
    """
    solver = QuietHighs()
    for option, value in {"random_seed": SEED, "threads": THREADS, **options}.items():
        solver.setOptionValue(option, value)
    return solver
