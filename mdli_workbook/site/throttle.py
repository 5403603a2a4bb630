"""Guessing passwords takes ever longer."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Throttle"]

FREE = 5
LONGEST = 900.0
REMEMBERED = 100_000
AT_ONCE = 32


class Throttle:
    """Count failed tries per name, and make the next one wait.

    Five tries are free. After each further one the name is closed for 2, 4, 8 … seconds, a quarter
    of an hour at most; a success, or a day of silence, opens it again. Only the hundred thousand most
    recent names are remembered, so guessing names cannot fill the memory. Only so many tries may wait
    for their answer at once, because each is slow on purpose.

    Parameters
    ----------
    clock
        Seconds that only go forward, such as ``time.monotonic``.

    Examples
    --------
    >>> throttle = Throttle(lambda: 100.0)
    >>> for _ in range(6):
    ...     throttle.count_try("lee")
    >>> throttle.seconds_closed("lee"), throttle.seconds_closed("kim")
    (2.0, 0.0)
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._inside = 0

    def seconds_closed(self, name: str) -> float:
        """Return how long the name must still wait; 0.0 if it may try now."""
        count, at = self._tries.get(name, (0, 0.0))
        if count <= FREE:
            return 0.0
        return max(0.0, at + min(2.0 ** (count - FREE), LONGEST) - self._clock())

    def count_try(self, name: str) -> None:
        """Count a try before it is checked, so that many at once are not one."""
        now = self._clock()
        count, at = self._tries.pop(name, (0, now))
        self._tries[name] = (1 if now - at > 86_400 else count + 1, now)
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)

    def forget(self, name: str) -> None:
        """Open the name again after a success."""
        self._tries.pop(name, None)

    def enter(self) -> bool:
        """Begin a try, if there is room for one; then :meth:`leave` must follow."""
        if self._inside >= AT_ONCE:
            return False
        self._inside += 1
        return True

    def leave(self) -> None:
        """End a try."""
        self._inside -= 1
