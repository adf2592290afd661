"""The public form of a post, and the registry's and options' helpers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors import registry
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable
from collectors.options import OptionHelp, describe_options
from collectors.plain import from_bbcode, from_html, from_simple_html, storable, tidy
from collectors.public import post_from_json, post_to_json

POST = Post(
    kind=PostKind.REVIEW, external_id="1", url="https://x.example/1", title="T", text="Flackert 👍",
    created_at=datetime(2026, 1, 1, tzinfo=UTC), edited_at=datetime(2026, 1, 2, tzinfo=UTC), raw={"a": [1]},
    author=Author(external_id="a", handle="ana", name="Ana", url="https://x.example/ana", reach=7,
                  verified_email="a@b.c"),
    thread_id="t", parent_id="p", language="de", rating=0.75, rating_label="4/5", product="Lantern",
    product_version="1.2", order_number="A-1", engagement=Engagement(likes=1, replies=2, shares=3),
)  # fmt: skip


def test_the_public_form_is_stable() -> None:
    """Others read this form: its names and values are written down here."""
    assert post_to_json(POST, collector="steam") == {
        "collector": "steam", "kind": "review", "external_id": "1", "url": "https://x.example/1", "title": "T",
        "text": "Flackert 👍", "created_at": "2026-01-01T00:00:00+00:00", "edited_at": "2026-01-02T00:00:00+00:00",
        "author": {
            "external_id": "a", "handle": "ana", "name": "Ana", "url": "https://x.example/ana", "reach": 7,
            "verified_email": "a@b.c",
        },
        "thread_id": "t", "parent_id": "p", "language": "de", "rating": 0.75, "rating_label": "4/5",
        "product": "Lantern", "product_version": "1.2", "order_number": "A-1",
        "engagement": {"likes": 1, "replies": 2, "shares": 3}, "raw": {"a": [1]},
    }  # fmt: skip
    assert post_from_json(post_to_json(POST, collector="steam")) == POST


def test_the_smallest_form_is_enough() -> None:
    """An id, a text and a time with a zone."""
    post = post_from_json({"external_id": 7, "text": "Hi", "created_at": "2026-01-01T00:00:00Z"})
    assert (post.external_id, post.kind, post.author, post.raw) == ("7", PostKind.POST, None, {})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"external_id": None}, "external_id"), ({"text": None}, "text"), ({"created_at": "2026-01-01"}, "created_at"),
        ({"rating": 2}, "rating"), ({"kind": "poem"}, "kind"), ({"author": {"reach": "many"}}, "author.reach"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_form_is_named(changed: dict[str, JSON], field: str) -> None:
    """The field is named."""
    form = {**post_to_json(POST, collector="x"), **changed}
    with pytest.raises(PostUnreadable, match=f"The field {field} is wrong"):
        post_from_json(form)


def test_an_unknown_kind_names_the_near_ones() -> None:
    """A typing mistake gets a proposal; something else gets the list."""
    with pytest.raises(registry.UnknownKind, match="Did you mean product_pages"):
        registry.spec("product-page")
    with pytest.raises(registry.UnknownKind, match=r"There are: .*feed, .*reddit, .*steam, .*tabular"):
        registry.spec("qqq")


def test_options_are_described_for_people() -> None:
    """Name, whether it is needed, its default as it is typed, its choices."""
    found = {option.name: option for option in describe_options(registry.spec("feed"))}
    assert found["url"].required
    assert found["kind"] == OptionHelp(
        name="kind", required=False, default="post", choices=("review", "post", "comment", "message"),
        description=found["kind"].description,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"), ("a<script>alert(1)</script>b", "ab"), ("5 &lt; 6", "5 < 6"),
        ("no markup, 5 > 3", "no markup, 5 > 3"), ("<b>not <i>closed", "not closed"), ("<", "<"), ("\x00<p>x</p>", "x"),
        ("<div>One</div>\n <div>two</div><p>Three\n&nbsp; four<br/>five</p>", "One\ntwo\n\nThree four\nfive"),
        ('<ul class="x"><li>a</li><li><b>b</b>c</li></ul>&lt;d>', "a\nbc\n\n<d>"), ("a<p hidden=''>b", "a\n\nb"),
        ('<p title="a>b">c</p>', "c"), ("<p>a<style>p{}</style></p>", "a"), ("<td>a</td><td>b</td>", "a b"),
        ("<p>a<!-- <p>b</p> --></p>", "a"), ("&#60;script>", "<script>"), ("<p>&#0;&#xD800;</p>", "��"),
    ],
)  # fmt: skip
def test_html_becomes_words(markup: str, text: str) -> None:
    """What a reader sees."""
    assert from_html(markup) == text


@pytest.mark.parametrize("depth", [200, 100_000])
def test_deeply_nested_html_keeps_its_words(depth: int) -> None:
    """A hostile page of a hundred thousand open tags, and a script that is never closed."""
    assert from_html("<div>" * depth + "the end<script>alert(1)") == "the end"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br />three</p>", "One\n\nTwo\nthree"), ("5 &lt; 6", "5 < 6"), ("5 < 6", "5 < 6"),
        ('<a href="x">#<span>lamp</span></a>s, <span class="invisible">https://</span><span>a.example</span>',
         "#lamps, https://a.example"),
        ("first<p>second<ul><li>a<li>b</ul>", "first\n\nsecond\n\na\nb"), ("a<script>alert(1)</script>b", "ab"),
        ("<pre><code>if x:\n    y</code></pre>", "if x:\n    y"), ("a<!-- b --><style>c", "a"),
    ],
)  # fmt: skip
def test_simple_html_becomes_words(markup: str, text: str) -> None:
    """Tags within a line leave nothing behind, paragraphs and breaks lines."""
    assert from_simple_html(markup) == text


def test_bbcode_becomes_words() -> None:
    """Tags go, words and brackets that are no tags stay."""
    markup = "[h1]Nice[/h1][quote=ana]old[/quote][url=https://x.example]here[/url] [spoiler]x[/spoiler] [1] [abc]"
    assert from_bbcode(markup) == "Nice\n\nold\nhere x [1] [abc]"


def test_tidy_text() -> None:
    """One sort of line break, no heaps of empty lines, nothing that cannot be stored."""
    assert tidy("  a\r\nb \r\r\r\rc\x00\ud800 ") == "a\nb\n\nc��"


def test_storable_reaches_into_everything() -> None:
    """Names, lists and numbers."""
    assert storable({"a\x00": ["\udfff", float("inf"), {"b": "c"}], "n": 1}) == {"a�": ["�", None, {"b": "c"}], "n": 1}
