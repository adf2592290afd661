"""The crawling process: `python -m collectors.product_pages.crawl`, an `Order` as JSON on stdin, lines out on stdout.

After the order, stdin has the answers to those lines that ask for a turn.

It is a process of its own because Scrapy's reactor runs once a process, and because what hostile pages can break in a
parser then breaks nothing else: the parent kills it at its deadline.
"""

from __future__ import annotations

import os
import resource
import sys
import warnings
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import ScrapyDeprecationWarning

from collectors.product_pages.guard import BASE_URL, HOMES
from collectors.product_pages.orders import Line, Order, RestLine, TurnLine
from collectors.product_pages.spider import ProductPagesSpider
from collectors.product_pages.turns import ROBOT, Turns

_GUARD = "collectors.product_pages.guard"
_TAKES_TURNS = "collectors.product_pages.turns.TakesTurns"
_MOST_MEMORY = 1024  # MB that a crawl may take


def crawl_settings(order: Order) -> dict[str, Any]:
    """Scrapy's settings for one order: polite, bounded, and without its doors for remote control."""
    return {
        "USER_AGENT": order.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DOWNLOAD_HANDLERS": {"http": _TAKES_TURNS, "https": _TAKES_TURNS},
        BASE_URL: order.base_url,
        HOMES: list(order.start),
        "TWISTED_DNS_RESOLVER": f"{_GUARD}.CheckedResolver",
        "DOWNLOADER_MIDDLEWARES": {f"{_GUARD}.Guard": 50},  # before robots.txt (100): its request passes here too
        "HTTPPROXY_ENABLED": False,  # a proxy would look names up in our place, unchecked
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REMOTE_CONTROL_ENABLED": False,  # a door that executes code, open by default since 2.19
        "TELNETCONSOLE_ENABLED": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the spider plans; a dropped redirect would be silent
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "REFERRER_POLICY": "same-origin",
        "HTTPERROR_ALLOW_ALL": True,  # the spider says what a status means
        "CONCURRENT_REQUESTS": 2,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": order.delay,  # where there are no turns to take, this is all
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "DOWNLOAD_TIMEOUT": order.timeout,
        "DOWNLOAD_MAXSIZE": order.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DEPTH_LIMIT": order.max_pages + 1,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524],  # not 429 and 503, which ask us to wait
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.DownloadTimeoutError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
        "CLOSESPIDER_TIMEOUT": order.seconds,
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": _peak() + _MOST_MEMORY,
        "LOG_LEVEL": "ERROR",
        "STATS_DUMP": False,
    }


def _peak() -> int:
    """MB of the peak that the kernel counts for us, which begins with that of the process that started us.

    A worker holds the models, and Scrapy, which asks the kernel the same, would stop a crawl before its first page.
    """
    units = 1024 * 1024 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // units


def main() -> None:
    """Crawl one order. The parent reads stdout; whatever else is printed goes to stderr."""
    warnings.simplefilter("ignore", ScrapyDeprecationWarning)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

        def emit(line: Line | TurnLine | RestLine) -> None:
            try:
                out.write(line.model_dump_json() + "\n")
                out.flush()
            except BrokenPipeError:  # the parent is gone, or has had enough
                os._exit(1)

        order = Order.model_validate_json(sys.stdin.buffer.readline())
        turns = Turns(emit, sys.stdin.fileno(), delay=order.delay)
        process = AsyncCrawlerProcess(crawl_settings(order), install_root_handler=True)
        process.crawl(ProductPagesSpider, order=order, emit=emit, turns=turns)
        process.start()


if __name__ == "__main__":
    main()
