"""Something to read for each kind of source: what its platform answers, and the options that point there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from collectors import registry
from collectors.base import Calls, Collector
from collectors.net import Net
from collectors.options import read_options
from tests.recorded import app_store, google, signing, trustpilot
from tests.recorded.bluesky import KEYS as BLUESKY_KEYS
from tests.recorded.bluesky import Bluesky, view
from tests.recorded.calls import KEYS as WEBHOOK_KEYS
from tests.recorded.calls import Kept
from tests.recorded.discord import KEYS as DISCORD_KEYS
from tests.recorded.discord import Discord, message
from tests.recorded.discourse import Discourse, discourse_post
from tests.recorded.github import Github, issue, issue_comment
from tests.recorded.graph import ACCOUNT, Graph, media_comment, medium, page_comment, page_post
from tests.recorded.hacker_news import HackerNews, hit
from tests.recorded.imap import PASSWORD, USER, Mailserver, mailbox, serve_mail
from tests.recorded.intercom import KEYS as INTERCOM_KEYS
from tests.recorded.intercom import messenger
from tests.recorded.lemmy import Lemmy, comment_view, post_view
from tests.recorded.mastodon import Mastodon, status
from tests.recorded.platforms import Feed, Reddit, Steam, comment, rss, steam_review, submission
from tests.recorded.stack_exchange import StackExchange, answer, question, remark
from tests.recorded.telegram import KEYS as TELEGRAM_KEYS
from tests.recorded.telegram import Telegram, update
from tests.recorded.web import Answering, Asked, Reply, Web, serve
from tests.recorded.x import X, x_post
from tests.recorded.zendesk import KEYS as ZENDESK_KEYS
from tests.recorded.zendesk import helpdesk

KEYS = {
    "EMAIL_PASSWORD": PASSWORD,
    "FACEBOOK_PAGE_TOKEN": "t0ken",
    "INSTAGRAM_TOKEN": "t0ken",
    "MASTODON_ACCESS_TOKEN": "tok",
    "REDDIT_CLIENT_ID": "id",
    "REDDIT_CLIENT_SECRET": "secret",
    "X_BEARER_TOKEN": "t0ken",
    **BLUESKY_KEYS,
    **DISCORD_KEYS,
    **INTERCOM_KEYS,
    **TELEGRAM_KEYS,
    **WEBHOOK_KEYS,
    **ZENDESK_KEYS,
    **signing.keys(),
}
SIGN_INS = {"/api/v1/access_token", "/token", "/xrpc/com.atproto.server.createSession"}
PAGE = """<!doctype html><title>Lantern</title><script type="application/ld+json">{"@context": "https://schema.org",
"@type": "Product", "name": "Lantern", "review": [
{"@type": "Review", "reviewBody": "It flickers", "author": "Ana", "datePublished": "2026-09-21",
 "reviewRating": {"ratingValue": 2}},
{"@type": "Review", "reviewBody": "Es flackert", "author": "Bo", "datePublished": "2026-09-22",
 "reviewRating": {"ratingValue": 3}}]}</script>"""


@dataclass(frozen=True)
class Case:
    """A kind with something to read."""

    options: dict[str, object]
    answering: Answering
    posts: int
    mail: Mailserver | None = None  # for the kind that speaks IMAP and not HTTP
    calls: Calls | None = None  # for the kind that others come to

    def serving(self) -> AbstractContextManager[Web | Mailserver]:
        """The platform, running."""
        return serve_mail(self.mail) if self.mail else serve(self.answering)


def case_of(kind: str, folder: Path) -> Case:
    """The row of a kind, made anew; files that it reads are written into the folder."""
    return _ROWS[kind](folder)


@contextmanager
def listening(
    kind: str, case: Case, base_url: str, *, timeout: float = 5, keys: Mapping[str, str] = KEYS
) -> Iterator[Collector]:
    """The collector of a case, asking the given server without pauses."""
    spec = registry.spec(kind)
    with Net(base_url, timeout=timeout, sleep=lambda _: None, calls=case.calls) as net:
        yield spec.build(read_options(spec, case.options), keys, net)


def _app_store(_: Path) -> Case:
    return Case({"app": 440}, app_store.Feed({"us": [app_store.entry(n) for n in range(55)]}), 55)


def _app_store_connect(_: Path) -> Case:
    reviews = [app_store.review(n, answer="Thanks" if n == 3 else None) for n in range(12)]
    return Case({"app": 440}, app_store.Connect(reviews, most=5), 12)


def _bluesky(_: Path) -> Case:
    return Case({"searches": "lamp"}, Bluesky([view(n) for n in range(1, 151)]), 150)


def _discord(_: Path) -> Case:
    return Case({"channels": "800"}, Discord([message(n) for n in range(1, 151)]), 150)


def _discourse(_: Path) -> Case:
    return Case({"url": "https://forum.example"}, Discourse([discourse_post(n) for n in range(1, 121)]), 120)


def _email(_: Path) -> Case:
    return Case({"host": "imap.example", "user": USER, "addresses": USER}, _shop, 12, mail=mailbox(12))


def _facebook(_: Path) -> Case:
    comments = [page_comment(n, 1) for n in range(5)]
    return Case({"page": "111"}, Graph({"111/feed": [page_post(1)], "111_1/comments": comments}, size=2), 5)


def _feed(_: Path) -> Case:
    return Case({"url": "https://blog.example/feed.xml"}, Feed(rss(list(range(12)))), 12)


def _github(_: Path) -> Case:
    issues, comments = [issue(n) for n in range(1, 35)], [issue_comment(n) for n in range(1, 4)]
    return Case({"repo": "studio/lamps", "page_size": 10}, Github(issues, comments), 37)


def _google_business(_: Path) -> Case:
    reviews = [google.place_review(n) for n in range(12)]
    return Case({"locations": "accounts/1/locations/2"}, google.Places(reviews, most=5), 12)


def _google_play(_: Path) -> Case:
    reviews = [google.play_review(n, answer="Thanks" if n == 3 else None) for n in range(12)]
    return Case({"package": google.PACKAGE}, google.Publisher(reviews, most=5), 12)


def _google_play_pages(_: Path) -> Case:
    reviews = {"en": [google.page_review(n) for n in range(12)]}
    return Case({"package": google.PACKAGE}, google.StorePages(reviews, most=5), 12)


def _hacker_news(_: Path) -> Case:
    return Case({"searches": "lamp"}, HackerNews([hit(n) for n in range(150)]), 150)


def _instagram(_: Path) -> Case:
    comments = [media_comment(n) for n in range(5)]
    return Case({"account": ACCOUNT}, Graph({f"{ACCOUNT}/media": [medium(1)], "17890000001/comments": comments}), 5)


def _intercom(_: Path) -> Case:
    return Case({}, messenger(12), 12)


def _lemmy(_: Path) -> Case:
    known = Lemmy([post_view(n) for n in range(1, 71)], [comment_view(n) for n in range(1, 4)])
    return Case({"instance": "lemmy.example", "communities": "lamps"}, known, 73)


def _mastodon(_: Path) -> Case:
    options: dict[str, object] = {"instance": "mastodon.example", "hashtags": "lamp", "searches": "flickers"}
    return Case(options, Mastodon([status(n) for n in range(1, 91)]), 90)


def _product_pages(_: Path) -> Case:
    return Case({"url": "https://shop.example/lantern", "delay": 1}, _shop, 2)


def _reddit(_: Path) -> Case:
    things = [*(submission(n) for n in range(105)), *(comment(n) for n in range(3))]
    return Case({"subreddits": "lamps"}, Reddit(things), 108)


def _stack_exchange(_: Path) -> Case:
    questions = [question(n) for n in range(1, 25)]
    return Case({"tags": "lamps"}, StackExchange(questions, [answer(30, 4)], [remark(1, 4)], page=10), 26)


def _steam(_: Path) -> Case:
    return Case({"appid": 440, "page_size": 5}, Steam([steam_review(n) for n in range(12)]), 12)


def _tabular(folder: Path) -> Case:
    path = folder / "posts.csv"
    rows = "\n".join(f"{n},“Flickers” {n},2026-09-21 10:{n:02d},4/5,Ana {n}" for n in range(12))
    path.write_text(f"id,review,created at,stars,author\n{rows}\n", encoding="utf-8")
    return Case({"path": path}, _shop, 12)


def _telegram(_: Path) -> Case:
    return Case({}, Telegram([update(n) for n in range(40)]), 40)


def _trustpilot(_: Path) -> Case:
    reviews = [trustpilot.review(n) for n in range(105)]
    return Case({"business": "www.lantern.example"}, trustpilot.Trustpilot(reviews), 105)


def _webhook(_: Path) -> Case:
    return Case({}, _shop, 12, calls=Kept.of(12))


def _x(_: Path) -> Case:
    return Case({"query": "lamps", "max_posts": 200}, X([x_post(n) for n in range(120)]), 120)


def _youtube(_: Path) -> Case:
    threads = [google.thread(n, answers=4 - n) for n in range(5)]
    return Case({"videos": "lantern0001"}, google.Tube(threads, most=2), 15)


def _zendesk(_: Path) -> Case:
    return Case({"subdomain": "lamps"}, helpdesk(12), 12)


def _shop(asked: Asked) -> Reply:
    page = asked.path == "/lantern"
    return Reply(PAGE if page else "", status=200 if page else 404, headers={"Content-Type": "text/html"})


_ROWS: Mapping[str, Callable[[Path], Case]] = {
    "app_store": _app_store,
    "app_store_connect": _app_store_connect,
    "bluesky": _bluesky,
    "discord": _discord,
    "discourse": _discourse,
    "email": _email,
    "facebook": _facebook,
    "feed": _feed,
    "github": _github,
    "google_business": _google_business,
    "google_play": _google_play,
    "google_play_pages": _google_play_pages,
    "hacker_news": _hacker_news,
    "instagram": _instagram,
    "intercom": _intercom,
    "lemmy": _lemmy,
    "mastodon": _mastodon,
    "product_pages": _product_pages,
    "reddit": _reddit,
    "stack_exchange": _stack_exchange,
    "steam": _steam,
    "tabular": _tabular,
    "telegram": _telegram,
    "trustpilot": _trustpilot,
    "webhook": _webhook,
    "x": _x,
    "youtube": _youtube,
    "zendesk": _zendesk,
}
