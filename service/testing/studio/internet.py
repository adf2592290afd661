"""The sample studio's internet on loopback: `python -m service.testing.studio.internet --epoch 2026-11-01T09:00:00Z`.

One small server plays Steam, a shop, a forum, Reddit and the shop's exports, so that the real collectors run over real
HTTP without the outside world. It prints its address on the first line. A second phase shows what changes with time
(edits, deletions, new posts): it begins `--second-phase-after` seconds after the epoch, or with POST /__phase__
{"phase": 2}. The epoch is the moment the sample was first started; given again, everything is shown again as it was.
"""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias, cast

import uvicorn
from fastapi import Depends, FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel

from service import lifeline
from service.testing.studio import forum, reddit, reddit_account, shop, steam
from service.testing.studio.content import load_studio
from service.testing.studio.imports import survey_csv
from service.testing.studio.pages import render
from service.testing.studio.world import Phase, World

_Field: TypeAlias = Annotated[str, Form()]


class Turn(BaseModel):
    """The body of POST /__phase__."""

    phase: Phase


def make_app(world: World) -> FastAPI:
    """The application that shows a world."""

    def count(request: Request) -> None:
        world.count(request.url.path)

    app = FastAPI(
        title="Sample internet", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(count)]
    )
    _serve_controls(app, world)
    _serve_steam(app, world)
    _serve_shop(app, world)
    _serve_forum(app, world)
    _serve_reddit(app, world)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    def missing() -> Response:
        return PlainTextResponse("There is nothing here.", status_code=404)

    return app


def _serve_controls(app: FastAPI, world: World) -> None:
    @app.get("/")
    def about() -> Response:
        return HTMLResponse(
            render("about.html", studio=world.showing.studio, titles=world.showing.titles, phase=world.phase)
        )

    @app.get("/__phase__")
    def phase() -> dict[str, int]:
        return {"phase": world.phase}

    @app.post("/__phase__")
    def turn(wanted: Turn) -> dict[str, int]:
        world.turn(wanted.phase)
        return {"phase": world.phase}

    @app.get("/__requests__")
    def asked() -> dict[str, int]:
        return world.asked()


def _serve_steam(app: FastAPI, world: World) -> None:
    @app.get("/IUserReviewsService/GetAppReviews/v1")
    @app.get("/IUserReviewsService/GetAppReviews/v1/")
    def reviews(request: Request) -> Response:
        return JSONResponse(steam.answer(world.showing, dict(request.query_params)))


def _serve_shop(app: FastAPI, world: World) -> None:
    @app.get("/robots.txt")
    def robots() -> Response:
        return PlainTextResponse(shop.ROBOTS)

    @app.get("/shop")
    def front() -> Response:
        return HTMLResponse(shop.index_page(world.showing))

    @app.get("/shop/{slug}")
    def product(slug: str, page: int = 1) -> Response:
        return _page(shop.product_page(world.showing, slug, page))

    @app.get("/staff/{path:path}")
    def staff() -> Response:
        return HTMLResponse("<!doctype html><title>Staff</title><p>For staff. Crawlers were asked to stay out.</p>")

    @app.get("/go/fan-wiki")
    def away() -> Response:
        return RedirectResponse(shop.PRIVATE_ADDRESS, status_code=302)

    @app.get("/exports/survey.csv")
    def survey() -> Response:
        return Response(survey_csv(world.showing), media_type="text/csv; charset=utf-8")


def _serve_forum(app: FastAPI, world: World) -> None:
    @app.get(forum.FEED_PATH)
    def feed(request: Request) -> Response:
        now = forum.feed(world.showing, str(request.base_url).rstrip("/"))
        headers = {"etag": now.etag, "last-modified": now.last_modified, "cache-control": "max-age=60"}
        asked = request.headers
        if now.unchanged(asked.get("if-none-match"), asked.get("if-modified-since")):
            return Response(status_code=304, headers=headers)
        return Response(now.body, media_type="application/atom+xml; charset=utf-8", headers=headers)

    @app.get("/forum")
    def front() -> Response:
        return HTMLResponse(forum.front_page(world.showing))

    @app.get("/forum/t/{post_id}")
    def thread(post_id: str) -> Response:
        return _page(forum.thread_page(world.showing, post_id))

    @app.get("/forum/u/{key}")
    def writer(key: str) -> Response:
        return _page(forum.writer_page(world.showing, key))


def _serve_reddit(app: FastAPI, world: World) -> None:
    @app.post("/api/v1/access_token")
    def token(request: Request, grant_type: _Field = "", refresh_token: _Field = "") -> Response:
        asked = request.headers
        # The program that answers signs in before it knows for which source, and so without a name.
        blocked = None if refresh_token else reddit.blocked(asked.get("user-agent"))
        return _reply(blocked or world.gate.token(asked.get("authorization"), grant_type, refresh_token))

    @app.get("/r/{names}/{what}")
    @app.get("/r/{names}/{what}/")
    def listing(request: Request, names: str, what: str) -> Response:
        heard = world.talk.heard(world.clock())
        return _admit(world, request, reddit.listing(world.showing, heard, names, what, dict(request.query_params)))

    @app.get("/api/info")
    @app.get("/api/info/")
    def info(request: Request) -> Response:
        heard = world.talk.heard(world.clock())
        return _admit(world, request, reddit.info(world.showing, heard, dict(request.query_params)))

    _serve_account(app, world)

    @app.get("/api/{path:path}")
    @app.get("/r/{path:path}")
    def other(request: Request) -> Response:
        return _admit(world, request, None)


def _serve_account(app: FastAPI, world: World) -> None:
    """What only the studio's account may do."""

    def as_account(request: Request, act: Callable[[datetime], reddit.Answer]) -> Response:
        if not world.gate.is_account(request.headers.get("authorization")):
            return _reply(reddit.refusal(403, "Forbidden"), world.gate.budget())
        return _reply(act(world.clock()), world.gate.budget())

    @app.get("/api/v1/me")
    def me(request: Request) -> Response:
        return as_account(request, lambda _: reddit_account.me())

    @app.get("/comments/{submission}")
    def thread(request: Request, submission: str) -> Response:
        query = dict(request.query_params)
        return as_account(
            request, lambda now: reddit_account.thread(world.showing, list(world.talk.heard(now)), submission, query)
        )

    @app.get("/user/{name}/comments")
    def own(request: Request, name: str) -> Response:
        del name
        return as_account(request, lambda now: reddit_account.own_comments(world.showing, list(world.talk.heard(now))))

    @app.post("/api/comment")
    def comment(request: Request, thing_id: _Field = "", text: _Field = "") -> Response:
        form = {"thing_id": thing_id, "text": text}
        return as_account(request, lambda now: reddit_account.comment(world.showing, world.talk, form, now))

    @app.post("/api/editusertext")
    def edit(request: Request, thing_id: _Field = "", text: _Field = "") -> Response:
        form = {"thing_id": thing_id, "text": text}
        return as_account(request, lambda now: reddit_account.edit(world.showing, world.talk, form, now))

    @app.post("/api/del")
    def delete(request: Request, id: _Field = "") -> Response:  # noqa: A002 (as Reddit calls it)
        return as_account(request, lambda _: reddit_account.delete(world.talk, {"id": id}))


def _admit(world: World, request: Request, answer: reddit.Answer | None) -> Response:
    """The answer, or a refusal where the asker may not come in."""
    asked = request.headers
    refusal = world.gate.refuses(asked.get("authorization"), asked.get("user-agent"))
    return _reply(refusal or answer or reddit.not_found(), world.gate.budget())


def _reply(answer: reddit.Answer, more: dict[str, str] | None = None) -> Response:
    return JSONResponse(answer.body, status_code=answer.status, headers={**answer.headers, **(more or {})})


def _page(html: str | None) -> Response:
    return HTMLResponse(html) if html is not None else PlainTextResponse("There is no such page.", status_code=404)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line on stdout is the address."""
    options = _options(arguments)
    with suppress(KeyboardInterrupt):
        _serve(options)


def _serve(options: argparse.Namespace) -> None:
    if options.with_parent:
        lifeline.end_with_parent()
    door = socket.create_server(("127.0.0.1", options.port))
    sys.stdout.write(f"http://127.0.0.1:{door.getsockname()[1]}\n")
    sys.stdout.flush()
    world = World(load_studio(), options.epoch, phase=cast("Phase", options.phase), exports=options.exports)
    if options.second_phase_after is not None and world.phase == 1:
        start = options.epoch + timedelta(seconds=options.second_phase_after)
        timer = threading.Timer(max(0.0, (start - datetime.now(UTC)).total_seconds()), world.turn, args=(2,))
        timer.daemon = True
        timer.start()
    server = uvicorn.Server(uvicorn.Config(make_app(world), log_level="warning", access_log=False))
    server.run(sockets=[door])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description="Play the sample studio's internet on 127.0.0.1.")
    reader.add_argument("--port", type=int, default=0, help="where to listen; 0 (the default) takes a free port")
    reader.add_argument(
        "--epoch", type=_moment, required=True, help="when the sample was first started, as an ISO time"
    )
    reader.add_argument("--phase", type=int, choices=(1, 2), default=1, help="what to show at the start")
    reader.add_argument(
        "--second-phase-after", type=float, metavar="SECONDS", help="show phase 2 this long after the epoch"
    )
    reader.add_argument(
        "--exports", type=Path, metavar="FOLDER", help="also write the shop's CSV files here, at each phase"
    )
    reader.add_argument("--with-parent", action="store_true", help="end when standard input does")
    return reader.parse_args(arguments)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
