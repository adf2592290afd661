"""The preview shows a message as Slack does, and nothing that a stranger wrote becomes HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.slack.blocks import payload
from service.testing.cards import ISSUE_CARD, POST_CARD, post_card
from service.web.slack_preview import render

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)
TAGS = {
    *("article", "div", "header", "span", "time", "a", "b", "i", "s", "u", "code", "pre", "p", "br", "blockquote"),
    *("ul", "ol", "li", "h3", "hr", "figure"),
}
ATTRIBUTES = {"class", "aria-hidden", "aria-label", "role", "dir", "href", "rel", "target", "datetime"}
HOSTILE = "</blockquote><script>alert(1)</script> \" ' onmouseover=x <img src=x onerror=y> <!here> <@U1> & *b* `c`"
TEXT = st.text(max_size=30) | st.sampled_from(
    [HOSTILE, "<javascript:alert(1)|x>", '<https://x.example/"onclick=|x>', "\ue0000\ue001"]
)
KINDS = (
    *("section", "context", "actions", "header", "divider", "image", "rich_text", "rich_text_section"),
    *("rich_text_quote", "rich_text_list", "rich_text_preformatted", "text", "link", "date", "user", "emoji"),
    *("button", "mrkdwn", "plain_text"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "fields", "url", "style", "timestamp", "format", "accessory", "range"]
            ),
            inner | st.sampled_from(KINDS),
            max_size=5,
        )
    ),
    max_leaves=15,
)


class Elements(HTMLParser):
    """Collects tags and attributes, and refuses what the preview must never hold."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only the preview's own tags, attributes and kinds of address."""
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES
            if name == "href":
                assert (value or "").lower().startswith(("https://", "http://", "https:", "http:", "mailto:"))


def shown(payload: dict[str, object]) -> str:
    """The preview's HTML, checked."""
    html = str(render(payload, sent_at=NOW, now=NOW))
    Elements().feed(html)
    return html


def mrkdwn(text: str) -> str:
    """How one text with markup is shown."""
    html = shown({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]})
    return html.partition('<div class="slack-text">')[2].partition("</div>")[0]


def rich(*elements: object) -> str:
    """How one rich_text block is shown."""
    html = shown({"blocks": [{"type": "rich_text", "elements": list(elements)}]})
    return html.partition('<div class="slack-rich">')[2].partition("</div>")[0]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES, max_size=4), TEXT)
def test_any_payload_is_shown_safely(blocks: list[object], text: str) -> None:
    """Whatever is in a payload, the preview answers, with its own tags and attributes only."""
    shown({"text": text, "blocks": blocks})


@settings(deadline=None)
@given(TEXT)
def test_hostile_text_in_a_card_is_only_text(text: str) -> None:
    """A post's words are seen letter by letter."""
    shown(payload(post_card(text=text, title=text, author=text, why=text), "k1"))  # type: ignore[arg-type]  # a dict of JSON


def test_a_cards_markup_is_seen_as_it_was_written() -> None:
    """What looks like Slack's markup in a post is shown, not obeyed."""
    html = shown(payload(post_card(text="<!here> *b* :tada:"), "k1"))
    assert '<blockquote dir="auto">&lt;!here&gt; *b* :tada:</blockquote>' in html


def test_a_card_has_the_apps_name_time_and_buttons() -> None:
    """The message's head and its ways out."""
    html = shown(payload(POST_CARD, "k1"))
    assert '<span class="slack-name">Earful</span> <span class="slack-app">APP</span>' in html
    assert ">15:04</time>" in html
    way_out = f'href="{POST_CARD.page_url}" rel="noopener noreferrer" target="_blank">Open in Earful</a>'
    assert f'<a class="slack-button" {way_out}' in html


def test_an_issue_has_its_title_as_a_heading() -> None:
    """The header block is a heading."""
    assert '<h3 class="slack-header" dir="auto">Crash when the map opens</h3>' in shown(payload(ISSUE_CARD, "k1"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _slanted_ ~gone~", "<b>bold</b> <i>slanted</i> <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("`a *b*`", "<code>a *b*</code>"),
        ("```a\n*b*```", "<pre>a\n*b*</pre>"),
        ("a &lt;b&gt; &amp;amp;", "a &lt;b&gt; &amp;amp;"),
        ('1 < 2 & "', "1 &lt; 2 &amp; &#34;"),
        ("one\ntwo", "one<br>two"),
        ("&gt; said\nafter", "<blockquote>said</blockquote>after"),
        ("<!here>", '<span class="slack-mention slack-mention-all">@here</span>'),
        ("<@U1|ana> <#C1>", '<span class="slack-mention">@ana</span> <span class="slack-mention">#C1</span>'),
        ("<javascript:alert(1)|click>", "click"),
        ("<!date^1763812800^{date_num}|then>", "<time>2025-11-22</time>"),
        ("<!date^x^{date_num}|then>", "<time>then</time>"),
        ("<!date^1763812800^{century}|then>", "<time>then</time>"),
        ("<!date^99999999999999^{date_num}|then>", "<time>then</time>"),
    ],
)
def test_markup_is_shown_as_slack_shows_it(text: str, html: str) -> None:
    """Styles, code, quotes, mentions, dates; what Slack does not take is shown as words."""
    assert mrkdwn(text) == html


def test_links_lead_out_safely() -> None:
    """A link opens apart, tells nobody where from, and its address cannot break out."""
    assert mrkdwn('<https://x.example/?a=1&amp;b="|a *b*>') == (
        '<a href="https://x.example/?a=1&amp;b=&#34;" rel="noopener noreferrer nofollow" target="_blank">a *b*</a>'
    )


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 22, 13, 4, tzinfo=UTC), "today at 14:04"),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "yesterday at 23:30"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "today at 00:30"),
        (datetime(2026, 10, 3, 8, 0, tzinfo=UTC), "Oct 3, 2026 at 10:00"),
    ],
)
def test_times_are_the_readers(moment: datetime, expected: str) -> None:
    """Days and hours are those of the reader's zone, over the change of the clocks too."""
    card = payload(post_card(created_at=moment), "k1")
    assert expected in render(card, now=NOW, zone=ZoneInfo("Europe/Berlin")).striptags()


@pytest.mark.parametrize(
    ("element", "html"),
    [
        (
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "a", "style": {"bold": True}}]},
            '<p dir="auto"><b>a</b></p>',
        ),
        (
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a\nb"}]},
            '<blockquote dir="auto">a<br>b</blockquote>',
        ),
        (
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "<b>"}]},
            '<pre dir="auto">&lt;b&gt;</pre>',
        ),
        (
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
            },
            "<ol><li>a</li></ol>",
        ),
        (
            {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]},
            '<p dir="auto"><span class="slack-mention">@here</span></p>',
        ),
        (
            {
                "type": "rich_text_section",
                "elements": [{"type": "date", "timestamp": 1763812800, "format": "{date_short}"}],
            },
            '<p dir="auto"><time>Nov 22, 2025</time></p>',
        ),
    ],
)
def test_rich_text_is_shown_as_slack_shows_it(element: dict[str, object], html: str) -> None:
    """Sections, quotes, preformatted text, lists, mentions and dates."""
    assert rich(element) == html


def test_a_block_that_slack_refuses_is_named() -> None:
    """The preview never looks better than the real thing."""
    assert "Slack would refuse this block: shout" in shown({"blocks": [{"type": "shout"}]})


def test_pictures_are_not_fetched() -> None:
    """A preview asks no stranger's server for anything."""
    html = shown({"blocks": [{"type": "image", "alt_text": "a chart", "image_url": "https://x.example/a.png"}]})
    assert "x.example" not in html
    assert "a chart" in html


def test_a_message_without_blocks_shows_its_text() -> None:
    """As Slack does."""
    assert "hello <b>you</b>" in shown({"text": "hello *you*"})
