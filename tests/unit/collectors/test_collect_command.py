"""`earful collect`: what it writes, what it says on stderr, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from collectors.public import post_from_json
from service.cli.collect import collect
from service.errors import ConfigError
from tests.recorded import platforms
from tests.recorded.platforms import steam_review
from tests.recorded.web import Asked, Reply, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with twelve Steam reviews, the third of which is damaged."""
    reviews = [steam_review(n) for n in range(12)]
    reviews[3]["voted_up"] = "maybe"
    with serve(platforms.Steam(reviews)) as running:
        yield running


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where the posts go."""
    return tmp_path / "posts.jsonl"


def run(*arguments: str) -> Result:
    """Run the command as the command line does."""
    app = typer.Typer()
    app.command()(collect)
    return CliRunner().invoke(app, [*arguments])


def wrong_use(*arguments: str) -> str:
    """Run the command and return what it says is wrong with the way it was called (exit code 2)."""
    error = run(*arguments).exception
    assert isinstance(error, ConfigError)
    return str(error)


def steam(web: Web, output: Path, *more: str) -> Result:
    """Collect app 440 from the server, five reviews a page."""
    options = ("--option", "appid=440", "-o", "page_size=5", "--base-url", web.url, "--output", str(output))
    return run("steam", *options, *more)


def test_posts_are_written_in_the_public_form(web: Web, output: Path) -> None:
    """Each line is a post that can be read again; what was set aside is named and counted."""
    result = steam(web, output)
    forms = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert result.exit_code == 0
    assert len({post_from_json(form).external_id for form in forms}) == 11
    assert {form["collector"] for form in forms} == {"steam"}
    assert "Set aside: Steam app 440, page 2, item 4: The field voted_up" in result.stderr
    assert f"11 posts written to {output}, 1 items set aside." in result.stderr


def test_dash_is_stdout(web: Web, output: Path) -> None:
    """Posts, and nothing but posts, on stdout."""
    result = run("steam", "-o", "appid=440", "--base-url", web.url, "--output", "-")
    assert len([json.loads(line) for line in result.stdout.splitlines()]) == 11
    assert not output.exists()


def test_limit_stops_the_asking(web: Web, output: Path) -> None:
    """Seven posts are two pages; the third is not asked for."""
    result = steam(web, output, "--limit", "7")
    assert result.exit_code == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == 7
    assert len(web.asked) == 2


def test_since_is_handed_on(web: Web, output: Path) -> None:
    """Only what is newer."""
    assert steam(web, output, "--since", "2026-09-21 13:24:00+00:00").exit_code == 0
    times = [json.loads(line)["created_at"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert times
    assert min(times) >= "2026-09-21T13:24:00"


def test_a_platform_that_fails_ends_with_one_and_keeps_what_came(web: Web, output: Path) -> None:
    """Page one is written before page two fails."""
    world = web.answering
    web.answering = lambda asked: _second_page_fails(web, world(asked))
    result = steam(web, output)
    assert result.exit_code == 1
    assert len(output.read_text(encoding="utf-8").splitlines()) == 5
    assert "slow down" in result.stderr
    assert f"Not complete: 5 posts written to {output}" in result.stderr


def _second_page_fails(web: Web, reply: Reply) -> Reply:
    return reply if len(web.asked) < 2 else Reply(status=429, headers={"Retry-After": "60"})


def test_wrong_use_is_told_in_words(web: Web, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown kinds and options with the near name, bad values, missing keys, bad dates and addresses."""
    monkeypatch.delenv("REDDIT_CLIENT_ID", raising=False)
    monkeypatch.delenv("REDDIT_CLIENT_SECRET", raising=False)
    assert "Did you mean steam" in wrong_use("stem")
    assert "Did you mean appid?" in wrong_use("steam", "-o", "appi=1")
    assert "needs the option appid: The game's number" in wrong_use("steam")
    assert "option appid of steam is not usable" in wrong_use("steam", "-o", "appid=ten")
    assert "is not NAME=VALUE" in wrong_use("steam", "-o", "appid")
    assert "--since: “soon”" in wrong_use("steam", "-o", "appid=440", "--since", "soon")
    assert "--base-url" in wrong_use("steam", "-o", "appid=440", "--base-url", "localhost:80")
    assert "cannot be written" in wrong_use("steam", "-o", "appid=440", "--output", str(output / "no" / "where"))
    keys = wrong_use("reddit", "-o", "subreddits=lamps", "--output", str(output))
    assert "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET" in keys
    assert "https://www.reddit.com/prefs/apps" in keys


def test_wrong_use_leaves_the_output_alone(web: Web, output: Path) -> None:
    """A file from an earlier run is not emptied by a typing mistake."""
    output.write_text("earlier")
    wrong_use("steam", "-o", "appi=1", "--output", str(output))
    assert output.read_text() == "earlier"


def test_options_can_be_repeated(output: Path, tmp_path: Path) -> None:
    """Several values of one option are a list; a comma in one of them stays."""
    asked: list[Asked] = []

    def answering(request: Asked) -> Reply:
        asked.append(request)
        return platforms.Steam([])(request)

    with serve(answering) as web:
        options = ("-o", "appid=440", "-o", "languages=english", "-o", "languages=german")
        assert run("steam", *options, "--base-url", web.url, "--output", str(output)).exit_code == 0
    assert json.loads(asked[0].query["input_json"])["languages"] == ["english", "german"]


def test_private_addresses_are_refused_without_base_url(web: Web, output: Path) -> None:
    """An address in an option does not open the operator's network."""
    result = run("feed", "-o", f"url={web.url}/feed.xml", "--output", str(output))
    assert result.exit_code == 1
    assert "not a public address" in result.stderr
    assert web.asked == []


def test_the_options_of_a_kind_are_shown() -> None:
    """Each option with its description, the keys it needs, and its terms."""
    result = run("reddit", "--help-options")
    assert result.exit_code == 0
    for words in ("subreddits", "Names of subreddits", "REDDIT_CLIENT_SECRET", "Terms:"):
        assert words in result.stdout
