"""Cards in the language that our team reads, by a translator that speaks as DeepL and LibreTranslate do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from integrations.base import TargetBusy, TargetRefused
from integrations.translators import open_translator
from service.configuration.company import Translation as Wanted
from service.models import Delivery, Post, Translation
from service.models.columns import id_of
from service.pipeline import deliver
from service.store.database import transaction
from service.store.erasure import erase
from service.testing.factories import NOW, make_delivery, make_post, make_source
from service.testing.tools import make_tools
from service.tools import Tools
from tests.recorded.web import Asked, Reply, Web, serve

FRENCH, ENGLISH = "Ça plante au chargement.", "It crashes while loading."


@dataclass
class Service:
    """Both services at one address: strict about what is asked, with an answer that a test may change."""

    status: int = 200
    said: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        if self.status != 200:
            return Reply({"message": "as the test wants it"}, status=self.status)
        if asked.path == "/v2/translate":
            assert asked.headers["authorization"] == "DeepL-Auth-Key secret"
            assert body.keys() == {"text", "target_lang"}
            self.said += body["text"]
            return Reply({"translations": [{"detected_source_language": "FR", "text": ENGLISH}]})
        assert (asked.path, body.keys()) == ("/translate", {"q", "source", "target", "format"})
        self.said.append(body["q"])
        return Reply({"translatedText": ENGLISH})


@dataclass
class Bench:
    """A card about a post in French."""

    engine: Engine
    tools: Tools
    service: Service
    delivery_id: int

    def card(self) -> str:
        """What the preview shows of the card as it is now."""
        deliver.run(self.delivery_id, self.tools)
        with transaction(self.engine) as session:
            return json.dumps(session.get_one(Delivery, self.delivery_id).payload, ensure_ascii=False)


@pytest.fixture
def web() -> Iterator[Web]:
    """The services."""
    with serve(Service()) as web:
        yield web


def bench(engine: Engine, web: Web, service: str = "libretranslate", *, kind: str = "steam", lang: str = "fr") -> Bench:
    """A card about a post of a kind of source, in a language, and the translator that company.yaml names."""
    assert isinstance(web.answering, Service)
    tools = make_tools(engine)
    translator = open_translator(service, web.url, {"DEEPL_API_KEY": "secret"})
    company = replace(tools.company, translation=Wanted(service=service, into="en", url=web.url))
    with transaction(engine) as session:
        post = make_post(session, make_source(session, kind=kind), text=FRENCH, reading={"language": lang})
        card = make_delivery(session, post=post, state="approved", remote_id=None, sent_digest=None, payload=None)
        delivery_id = id_of(card)
    return Bench(engine, replace(tools, company=company, translator=lambda: translator), web.answering, delivery_id)


def kept(session: Session) -> list[str]:
    """The translations that are there."""
    return list(session.scalars(select(Translation.text)))


@pytest.mark.parametrize("service", ["libretranslate", "deepl"])
def test_a_card_in_another_language_says_both(database: Engine, web: Web, service: str) -> None:
    """Once for each version of the post; where the post goes, its translation goes."""
    card = bench(database, web, service, kind="bluesky")
    name = "DeepL" if service == "deepl" else "LibreTranslate"
    shown = card.card()
    assert FRENCH in shown
    assert f"In English, as {name} puts it:" in shown
    assert ENGLISH in shown
    card.card()
    assert card.service.said == [FRENCH]
    with transaction(database) as session:
        post = session.scalars(select(Post)).one()
        post.text, post.version = "Ça plante toujours.", 2
    card.card()
    assert card.service.said == [FRENCH, "Ça plante toujours."]
    with transaction(database) as session:
        post = session.scalars(select(Post)).one()
        erase(session, post.source_id, [post.external_id], now=NOW)
        assert kept(session) == []


@pytest.mark.parametrize(
    ("service", "kind", "lang", "asked"),
    [("deepl", "reddit", "fr", 0), ("libretranslate", "reddit", "fr", 1), ("libretranslate", "steam", "en", 0),
     ("libretranslate", "steam", "und", 0)],
)  # fmt: skip
def test_only_what_may_and_need_be_translated_leaves(
    database: Engine, web: Web, service: str, kind: str, lang: str, asked: int
) -> None:
    """Reddit's texts are shown to nobody but what we run ourselves; our own language needs nothing."""
    card = bench(database, web, service, kind=kind, lang=lang)
    assert FRENCH in card.card()
    assert len(card.service.said) == asked


@pytest.mark.parametrize("status", [403, 429, 456, 500])
def test_a_card_waits_for_no_translator_that_fails(database: Engine, web: Web, status: int) -> None:
    """It goes out with the author's words alone, and the translator is left alone for a minute."""
    card = bench(database, web, "deepl", kind="bluesky")
    card.service.status = status
    shown = card.card()
    assert FRENCH in shown
    assert "puts it" not in shown
    card.card()
    assert len(web.asked) == 1


def test_a_translator_is_asked_again_after_a_while(web: Web) -> None:
    """For a minute after it failed nothing is asked, and then it may answer."""
    now = [0.0]
    translator = open_translator("libretranslate", web.url, {}, clock=lambda: now[0])
    web.answering = lambda _: Reply(b"<p>Bad gateway</p>", status=502)
    with pytest.raises(TargetBusy):
        translator.translate(FRENCH, into="en")
    web.answering = Service()
    with pytest.raises(TargetRefused, match="a moment ago"):
        translator.translate(FRENCH, into="en")
    assert len(web.asked) == 1
    now[0] = 61.0
    assert translator.translate(FRENCH, into="en") == ENGLISH
