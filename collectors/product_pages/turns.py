"""Turns of the crawling process: asked of the parent, which shares them with all workers on all machines.

The process knows no database, so each request asks for its turn through the pipe that gave the order, and waits here
for as long as the answer says. The turn is taken where a request really leaves, after Scrapy's own queues: robots.txt,
redirects and retries take theirs too.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser

from collectors.pacing import asked_to_rest
from collectors.product_pages.guard import server
from collectors.product_pages.orders import RestLine, Turn, TurnLine

ROBOT = "Earful"  # the name that robots.txt knows us by
_LONGEST = 3600.0  # seconds between two requests that a Crawl-delay may ask for; more is most likely a mistake
_SLOWEST = 60.0  # seconds for which a server that answers slowly is left alone, at most


class LeftAlone(IgnoreRequest):
    """A request that is not made: the server's next turn is `wait` seconds off, which is too far for this crawl."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"{wait:.0f} seconds")
        self.wait = wait


class Turns:
    """Asks for turns and hears the answers, which come in the order of the questions."""

    def __init__(self, say: Callable[[TurnLine | RestLine], None], answers: int, *, delay: float) -> None:
        self._say = say
        self._answers = answers  # the descriptor that the parent writes to
        self._delay = delay
        self._robots: dict[str, float] = {}  # server -> its Crawl-delay
        self._slow: dict[str, float] = {}  # server -> how long its last answer took
        self._asked: deque[asyncio.Future[Turn]] = deque()
        self._heard = b""
        self._listening = False

    async def take(self, url: str) -> None:
        """Wait for a turn at the server of `url`. Raises LeftAlone where it is too far off."""
        loop = asyncio.get_running_loop()
        if not self._listening:
            self._listening = True
            loop.add_reader(self._answers, self._hear)
        answer: asyncio.Future[Turn] = loop.create_future()
        self._asked.append(answer)
        place = server(url)
        apart = max(self._delay, self._robots.get(place, 0.0), self._slow.get(place, 0.0))
        self._say(TurnLine(url=url, apart=apart))
        turn = await answer
        if not turn.taken:
            raise LeftAlone(turn.wait)
        await asyncio.sleep(turn.wait)

    def learn(self, request: Request, response: Response) -> None:
        """Note what an answer says of how its server wants to be asked, and tell the parent where it says "wait"."""
        headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1")
            for name, values in response.headers.items()
            if values
        }
        if rest := asked_to_rest(response.status, headers):
            self._say(RestLine(url=request.url, seconds=rest))
        if self._delay:
            self._slow[server(request.url)] = min(float(request.meta.get("download_latency", 0.0)), _SLOWEST)
        if request.meta.get("dont_obey_robotstxt") and response.status == 200:
            # Its address before redirects: a rule holds for the server that was asked.
            asked = request.meta.get("redirect_urls", [request.url])[0]
            self._robots[server(asked)] = crawl_delay(response.body)

    def _hear(self) -> None:
        told = os.read(self._answers, 65536)
        if not told:
            os._exit(1)  # the parent is gone
        *lines, self._heard = (self._heard + told).split(b"\n")
        for line in lines:
            self._asked.popleft().set_result(Turn.model_validate_json(line))


def crawl_delay(robots: bytes) -> float:
    """The seconds between two requests that a robots.txt asks of us; 0: none."""
    told = ProtegoRobotParser(robots, None).crawl_delay(ROBOT)
    return min(max(told or 0.0, 0.0), _LONGEST)


class _Paced(Protocol):
    turns: Turns


class TakesTurns(HTTP11DownloadHandler):
    """Scrapy's download handler, which asks before each request."""

    async def download_request(self, request: Request) -> Response:
        """Wait for the turn, then download."""
        turns = cast("_Paced", self._crawler.spider).turns
        await turns.take(request.url)
        response = await super().download_request(request)
        turns.learn(request, response)
        return response
