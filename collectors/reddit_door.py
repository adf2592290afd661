"""Reddit's API behind PRAW: signing in and retries are PRAW's; what comes back is the JSON as Reddit sent it.

Turns are the door's, as everywhere, so that all workers share them and all hear what one of them is told: each request
of PRAW's (also to sign in, and again) takes its turn, and Reddit's X-Ratelimit-* and Retry-After go to the limiter
instead of to PRAW, which would sleep for up to ten minutes with a worker in its hands.

PRAW's own objects are left out on purpose. Reading an attribute of one that is not complete asks Reddit again, they
belong to one thread, and one malformed item stops a whole listing. `Reddit.request` gives the plain answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collectors.base import JSON, CollectorError, SourceBusy, SourceRefused
from collectors.plain import storable
from collectors.verdicts import judge

if TYPE_CHECKING:
    import praw
    import prawcore
    import requests

    from collectors.net import Net

SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
_LIMITS = ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset")  # what PRAW's own limiter goes by
_KEYS = "Check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET; Reddit may have withdrawn its approval."


class Door:
    """Asks Reddit for one run of a source. Not to be shared between threads."""

    def __init__(self, *, client_id: str, client_secret: str, user_agent: str, net: Net) -> None:
        self._last: list[requests.Response] = []
        self._reddit = _sign_in(client_id, client_secret, user_agent, net, self._last)

    def get(self, path: str, params: Mapping[str, str]) -> JSON:
        """The JSON at a path of the API.

        Raises:
            SourceBusy: no answer, too many requests, Reddit's own trouble, or no JSON.
            SourceRefused: wrong or withdrawn keys, no such subreddit, a private or banned one.
        """
        import praw.exceptions
        import prawcore

        try:
            answer = self._reddit.request(method="GET", path=path, params={**params})
        except CollectorError:
            raise
        except (prawcore.PrawcoreException, praw.exceptions.PRAWException) as error:
            raise _judged(error, path) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # PRAW on a token of a form unknown to it, or on a refusal that lacks the header with the reason
            if self._last and self._last[0].status_code >= 400:
                raise _judged_status(self._last[0], _where(path)) from error
            raise SourceBusy("Reddit answered our sign-in in a form that we do not know.") from error
        plain: JSON = storable(answer)
        return plain


def _sign_in(
    client_id: str, client_secret: str, user_agent: str, net: Net, last: list[requests.Response]
) -> praw.Reddit:
    import praw
    import requests

    session = requests.Session()
    net.close_too(session.close)
    session.trust_env = False  # a .netrc would replace our credentials
    base = net.base_url.rstrip("/") if net.base_url else None
    return praw.Reddit(
        client_id=client_id,
        client_secret=client_secret,
        user_agent=user_agent,
        username=None,
        password=None,
        refresh_token=None,
        oauth_url=base or API,
        reddit_url=base or SITE,
        check_for_updates=False,
        check_for_async=False,
        timeout=int(net.timeout),
        requestor_class=_requestor(net, last),
        requestor_kwargs={"session": session},
    )


def _requestor(net: Net, last: list[requests.Response]) -> type[prawcore.Requestor]:
    """prawcore's requestor, which keeps the last answer in `last` for the cases where prawcore stumbles over it."""
    import prawcore

    class Requestor(prawcore.Requestor):
        """Takes turns at `net`, and tells "slow down" before prawcore, which cannot read a date in Retry-After."""

        def request(self, *args: Any, timeout: float | None = None, **options: Any) -> requests.Response:
            url = str(options["url"] if "url" in options else args[1])
            net.turn(url)
            response = super().request(*args, timeout=timeout, **options)
            last[:] = [response]
            said = {name.lower(): value for name, value in response.headers.items()}
            net.heed(url, response.status_code, said)
            if response.status_code == 429:
                judge(429, said, "Reddit")
            for name in _LIMITS:
                response.headers.pop(name, None)
            return response

    return Requestor


def _judged(error: Exception, path: str) -> CollectorError:
    """PRAW's failure in our words."""
    import prawcore

    where = _where(path)
    if isinstance(error, prawcore.OAuthException):
        return SourceRefused("Reddit does not accept our keys.", what_to_do=_KEYS)
    if isinstance(error, prawcore.RequestException):
        return SourceBusy(f"{where} cannot be reached, did not answer in time, or broke its answer off.")
    if isinstance(error, prawcore.Redirect):
        return SourceRefused(f"{where} does not exist.", what_to_do="Check the names in the option subreddits.")
    if isinstance(error, prawcore.BadJSON):
        return _no_json(error.response.text, where)
    if isinstance(error, prawcore.ResponseException):
        return _judged_status(error.response, where)
    return SourceRefused(f"{where} refuses: {str(error)[:200]}", what_to_do="Check the source's options.")


def _where(path: str) -> str:
    return f"Reddit ({path.strip('/')})"


def _judged_status(response: requests.Response, where: str) -> CollectorError:
    if response.status_code == 401:
        return SourceRefused("Reddit does not accept our keys (401).", what_to_do=_KEYS)
    try:
        judge(response.status_code, response.headers, where)
    except CollectorError as verdict:
        return verdict
    return SourceBusy(f"{where} answered with status {response.status_code}, which we did not expect.")


def _no_json(text: str, where: str) -> SourceBusy:
    if not text.strip():
        return SourceBusy(f"{where} sent an empty answer where data was due.")
    if text.lstrip().startswith("<"):
        words = " ".join(text.split())[:80]
        return SourceBusy(f"{where} sent a web page where data was due (a block, or maintenance?): {words}")
    return SourceBusy(f"{where} sent data that is cut off or damaged ({len(text)} characters).")
