"""Timing of whole jobs: warm up, take turns, report medians."""

import resource
import time
from collections.abc import Callable, Mapping
from statistics import median


def timed_in_turns(jobs: Mapping[str, Callable[[], object]], *, runs: int) -> dict[str, float]:
    """Return each job's median time in seconds over `runs` rounds after one to warm up.

    The jobs of a round take turns, so that a slow spell of the machine meets all of them.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(runs + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if turn:
                times[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in times.items()}


def peak_mib() -> float:
    """Return the most memory this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
