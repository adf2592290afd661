"""How much memory a crawl may take does not depend on how much the process took that started it."""

from __future__ import annotations

import subprocess
import sys

_BIG_PARENT = """
import subprocess, sys
held = b"x" * (700 * 1024 * 1024)
sys.exit(subprocess.run([sys.executable, "-c", sys.argv[1]], check=False).returncode)
"""

_CRAWL = """
import resource
from collectors.product_pages.crawl import crawl_settings
from collectors.product_pages.orders import Order
order = Order(
    start=("https://shop.example/",), user_agent="Earful", max_pages=1, follow=False, delay=0, timeout=5,
    max_bytes=1000, seconds=5,
)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, crawl_settings(order)["MEMUSAGE_LIMIT_MB"])
"""


def test_a_big_worker_does_not_stop_its_crawls() -> None:
    """The kernel hands the parent's peak on to the child, and the limit rises with it."""
    done = subprocess.run([sys.executable, "-c", _BIG_PARENT, _CRAWL], capture_output=True, text=True, check=True)
    counted, limit = map(int, done.stdout.split())
    assert counted >= 600
    assert 1024 <= limit - counted <= 1200
