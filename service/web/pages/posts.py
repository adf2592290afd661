"""One post on a page of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.actions.users import who_work
from service.domain.roles import Deed, may
from service.store import choices, corrections
from service.web.auth import Who, requires
from service.web.correcting import heads_to_label
from service.web.pages.answering import able_of
from service.web.render import page
from service.web.site import TheSite
from service.web.story import tell

router = APIRouter()


@router.get("/posts/{post_id}", dependencies=[requires(Deed.READ)], include_in_schema=False)
def post(request: Request, site: TheSite, by: Who, post_id: int) -> HTMLResponse:
    """The post, its versions, where it went and why."""
    with site.reading() as session:
        told = tell(session, site, post_id)
        said = corrections.history(session, post_id)
        offered = choices.of_posts(session).topics
        team = who_work(session)
    author = told.story.view.author
    name = (author.name or author.handle) if author else None
    return page(
        request,
        "post.html",
        place="inbox",
        title=f"Post by {name}" if name else "Post",
        told=told,
        said=said,
        heads=heads_to_label(offered),
        by=by,
        able=able_of(site),
        team=team,
        may_note=site.desk is not None and may(by.role, Deed.CONTACT),
    )
