"""Before a card is made: its post in the language that our team reads, where company.yaml names a translator.

A card never fails for it: without a translation it shows the author's words alone, and asks again when it changes.
"""

from __future__ import annotations

import logging

from integrations.base import IntegrationError
from service.models import Translation
from service.store import translations
from service.store.database import transaction
from service.store.texts import storable
from service.tools import Tools

_MOST = 3000  # characters: more than a card shows
_log = logging.getLogger(__name__)


def for_card(delivery_id: int, tools: Tools) -> None:
    """See that the card's post can be read by our team, as far as its source lets its texts be passed on."""
    wanted, translator = tools.company.translation, tools.translator()
    if wanted is None or translator is None:
        return
    with transaction(tools.engine) as session:
        post = translations.missing(session, delivery_id, into=wanted.into)
    if post is None or not (translator.ours or tools.may_pass_on(post.source)):
        return
    try:
        text = translator.translate(post.text[:_MOST], into=wanted.into)
    except IntegrationError as error:
        _log.warning("not_translated", extra={"post": post.post_id, "problem": str(error)})
        return
    tools.observe("translate:done")
    with transaction(tools.engine) as session:
        translations.keep(
            session,
            Translation(
                post_id=post.post_id,
                post_version=post.version,
                language=wanted.into,
                text=storable(text),
                made_by=translator.name,
                made_at=tools.clock(),
            ),
        )
