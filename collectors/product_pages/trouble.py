"""Why a page could not be had, in words, from what Scrapy says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from collectors.base import SourceBusy, SourceRefused
from collectors.net import refuse_private, shown
from collectors.pacing import left_alone
from collectors.product_pages.guard import ROBOTS_TROUBLE, Forbidden, server
from collectors.product_pages.orders import Order, TroubleLine
from collectors.product_pages.turns import LeftAlone
from collectors.verdicts import judge

_WAIT = {429, 503}  # the server asks us to wait: nothing more is asked of it in this crawl


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error of the collectors' kind, and whether to stop asking altogether."""

    error: SourceBusy | SourceRefused
    stop: bool = False

    def line(self, url: str, *, listed: bool) -> TroubleLine:
        """What to tell the parent process of it; `url` is the page that was asked for."""
        error = self.error
        if isinstance(error, SourceBusy):
            return TroubleLine(
                url=url, busy=True, stop=self.stop, listed=listed, message=str(error), retry_after=error.retry_after
            )
        message = str(error).removesuffix(f" {error.what_to_do}")
        return TroubleLine(url=url, busy=False, listed=listed, message=message, what_to_do=error.what_to_do)


def of_answer(status: int, headers: Mapping[str, str], where: str) -> Trouble | None:
    """What is wrong with an answer, by its status; None where it can be read."""
    try:
        judge(status, headers, where)
    except (SourceBusy, SourceRefused) as error:
        return Trouble(error, stop=status in _WAIT)
    return None


def of_failure(
    error: BaseException, *, actual: str, url: str, came_from: str | None, order: Order, stats: Mapping[str, object]
) -> Trouble:
    """What to say of a request that failed. `actual` is where it really went, `url` the address as people know it.

    `came_from` is the page that redirected there.
    """
    where = shown(url)
    if isinstance(error, Forbidden | CannotResolveHostError):
        why = error.why if isinstance(error, Forbidden) else _unresolved(actual, order.base_url)
        if came_from is not None and isinstance(why, SourceRefused):
            return _refused(f"{shown(came_from)} redirects to {where}, where we do not follow.", str(why))
        return Trouble(why)
    if isinstance(error, LeftAlone):
        return Trouble(left_alone(where, error.wait), stop=True)
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error), where, stats.get(ROBOTS_TROUBLE + server(actual)))
    return _lost(error, where, order)


def _lost(error: BaseException, where: str, order: Order) -> Trouble:
    """Of an answer that never came, or not whole."""
    if isinstance(error, DownloadCancelledError):
        return _refused(f"{where} sends more than {order.max_bytes / 1e6:g} MB.", "Give a smaller page.")
    if isinstance(error, DownloadTimeoutError):
        return Trouble(SourceBusy(f"{where} did not answer within {order.timeout:g} seconds."))
    if isinstance(error, ResponseDataLossError):
        return Trouble(SourceBusy(f"{where} broke its answer off."))
    if "certificate" in str(error).lower():
        return _refused(f"The certificate of {where} is not valid.", "Check the address, or wait until it is renewed.")
    return Trouble(SourceBusy(f"{where} cannot be reached."))


def _unresolved(url: str, base_url: str | None) -> SourceBusy | SourceRefused:
    """Why a name led nowhere that we may go: it is unknown, or what it leads to is not public."""
    try:
        refuse_private(url, trusted=base_url)
    except (SourceBusy, SourceRefused) as error:
        return error
    return SourceBusy(f"{shown(url)} could not be looked up just now.")


def _ignored(reason: str, where: str, robots: object) -> Trouble:
    """Of a request that a middleware dropped; `robots` is the answer that stood for robots.txt, where one failed."""
    if "robots" in reason and isinstance(robots, tuple):
        status, headers = robots
        return of_answer(status, headers, f"robots.txt for {where}") or Trouble(SourceBusy(where))
    if "robots" in reason:
        what_to_do = "Choose another page, or ask the shop to allow it."
        return _refused(f"robots.txt asks us not to read {where}.", what_to_do)
    if "MAXSIZE" in reason:
        return _refused(f"{where} sends more than we read of one page.", "Give a smaller page.")
    return _refused(f"{where} redirects in circles.", "Check the address.")


def _refused(message: str, what_to_do: str) -> Trouble:
    return Trouble(SourceRefused(message, what_to_do=what_to_do))
