"""What one question, answer or comment on a Stack Exchange site says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors import fields
from collectors.base import JSON, Author, Engagement, Post, PostKind, PostUnreadable, RawPost
from collectors.plain import from_simple_html

_OWN_DOMAIN = {"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"}


def home_of(site: str) -> str:
    """The address of a site by its name in the API: stackoverflow, gamedev, or a whole domain."""
    if "." in site:
        return f"https://{site}"
    if site == "mathoverflow":
        return "https://mathoverflow.net"
    return f"https://{site}.com" if site in _OWN_DOMAIN else f"https://{site}.stackexchange.com"


def name_of(what: str, item: Mapping[str, JSON]) -> str | None:
    """Its id among all that the site shows: question-12, answer-34, comment-56; None where it has none."""
    number = fields.text_or_none(item, f"{what}_id")
    return f"{what}-{number}" if number is not None and number.isdecimal() else None


def changed_at(question: Mapping[str, JSON]) -> int:
    """When something last happened to the question, in seconds since 1970; 0 where it does not tell."""
    found = question.get("last_activity_date") or question.get("creation_date")
    return int(found) if isinstance(found, int | float) and not isinstance(found, bool) and abs(found) < 1e11 else 0


def unfold(what: str, item: JSON) -> Iterator[tuple[str, JSON]]:
    """The item, and the answers and comments that an answer with them inside brought along."""
    if not isinstance(item, dict):
        yield what, item
        return
    inner = {"answer": fields.list_or_empty(item, "answers"), "comment": fields.list_or_empty(item, "comments")}
    yield what, {key: value for key, value in item.items() if key not in {"answers", "comments"}}
    for kind, things in inner.items():
        for thing in things:
            yield from unfold(kind, thing)


def post_of(raw: RawPost) -> Post:
    """The post of one stored payload: pure. Raises PostUnreadable."""
    item, what, site = fields.obj(raw, "item"), fields.text(raw, "what"), fields.text(raw, "site")
    name = name_of(what, item)
    if name is None:
        raise PostUnreadable(f"The field {what}_id should be a number.", raw=fields.sample(item))
    title = _plain(item, "title") if what == "question" else None
    thread, parent = _above(what, item)
    return Post(
        kind=PostKind.POST if what == "question" else PostKind.COMMENT,
        external_id=name,
        url=fields.web_address(fields.text_or_none(item, "link")) or _address(what, item, home_of(site)),
        title=title,
        text=_words(item) or title or "",
        created_at=fields.moment(item, "creation_date"),
        edited_at=fields.moment(item, "last_edit_date") if item.get("last_edit_date") is not None else None,
        author=_author(item),
        thread_id=thread,
        parent_id=parent,
        product=fields.text_or_none(raw, "product"),
        engagement=Engagement(
            likes=fields.count_or_none(item, "score"),
            replies=fields.count_or_none(item, "answer_count" if what == "question" else "comment_count"),
        ),
        raw=raw,
    )


def _above(what: str, item: Mapping[str, JSON]) -> tuple[str | None, str | None]:
    """The question that all is about, and what is answered or commented on."""
    question = name_of("question", item)
    if what != "comment":
        return question, question if what == "answer" else None
    post, of = fields.text_or_none(item, "post_id"), fields.text_or_none(item, "post_type")
    parent = f"{of}-{post}" if post is not None and of in {"question", "answer"} else None
    return question or (parent if of == "question" else None), parent


def _address(what: str, item: Mapping[str, JSON], home: str) -> str | None:
    number, post = fields.text_or_none(item, f"{what}_id"), fields.text_or_none(item, "post_id")
    if what == "comment":
        return f"{home}/posts/{post}#comment{number}_{post}" if post else None
    return f"{home}/{what[0]}/{number}"


def _words(item: Mapping[str, JSON]) -> str:
    return _plain(item, "body") or _plain(item, "body_markdown") or ""  # also Markdown comes with HTML's entities


def _plain(item: Mapping[str, JSON], name: str) -> str | None:
    found = fields.text_or_none(item, name)
    return from_simple_html(found) if found is not None else None


def _author(item: Mapping[str, JSON]) -> Author | None:
    owner = fields.obj_or_empty(item, "owner")
    number, name = fields.text_or_none(owner, "user_id"), _plain(owner, "display_name")
    if number is None and name is None:
        return None
    reach = fields.count_or_none(owner, "reputation")
    return Author(
        external_id=number, name=name, url=fields.web_address(fields.text_or_none(owner, "link")), reach=reach
    )
