"""Pages are made once for all who ask at once, and again when a making failed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Lock

from api.cache import PAGES_KEPT, PageCache

READERS = 8
WAIT_S = 60.0


class Maker:
    """Counts how often it is asked; each making waits until it is let go on."""

    def __init__(self, outcome: Callable[[], str]) -> None:
        self.made = 0
        self.begun, self.go_on = Event(), Event()
        self._outcome, self._lock = outcome, Lock()

    def __call__(self) -> str:
        with self._lock:
            self.made += 1
        self.begun.set()
        assert self.go_on.wait(WAIT_S)
        return self._outcome()


class CountingCache(PageCache):
    """Tells when all readers have come: each takes the lock before it makes or waits."""

    def __init__(self, readers: int) -> None:
        super().__init__()
        cache = self
        cache.arrived, cache.all_came = 0, Event()

        class Counted:
            def __enter__(self) -> None:
                inner.acquire()
                cache.arrived += 1

            def __exit__(self, *_: object) -> None:
                inner.release()
                if cache.arrived >= readers:
                    cache.all_came.set()

        inner = Lock()
        self._lock = Counted()  # type: ignore[assignment]


def ask_at_once(cache: CountingCache, maker: Maker, key: tuple[object, ...]) -> list[object]:
    """Return what each of the readers got: the page, or the error."""

    def ask(_: int) -> object:
        try:
            return cache.get(key, maker)
        except OSError as err:
            return err

    with ThreadPoolExecutor(READERS) as pool:
        asked = [pool.submit(ask, i) for i in range(READERS)]
        assert maker.begun.wait(WAIT_S)
        assert cache.all_came.wait(WAIT_S)
        maker.go_on.set()
        return [one.result() for one in asked]


def test_a_cold_page_is_made_once_for_all_who_ask_at_once() -> None:
    cache, maker = CountingCache(READERS), Maker(lambda: "page")
    assert ask_at_once(cache, maker, ("city", "zh")) == [b"page"] * READERS
    assert maker.made == 1
    assert cache.get(("city", "zh"), maker) == b"page"
    assert maker.made == 1
    assert cache.get(("city", "en"), maker) == b"page"
    assert maker.made == 2


def test_a_failure_is_told_to_all_who_wait_and_is_not_kept() -> None:
    def fail() -> str:
        raise OSError("the disk is away")

    cache, maker = CountingCache(READERS), Maker(fail)
    got = ask_at_once(cache, maker, ("map",))
    assert [str(one) for one in got] == ["the disk is away"] * READERS
    assert maker.made == 1
    assert cache.get(("map",), lambda: "there again") == b"there again"


def test_only_the_pages_last_used_are_kept() -> None:
    cache, made = PageCache(), []

    def make(number: int) -> str:
        made.append(number)
        return str(number)

    asked = [*range(PAGES_KEPT), 0, PAGES_KEPT, 0, 1]  # 0 was used since, 1 makes way
    for number in asked:
        cache.get((number,), partial(make, number))
    assert made == [*range(PAGES_KEPT + 1), 1]
