"""Making feedback of a message in Slack: what a colleague heard, written down as a post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.base import JSON, Payload
from integrations.slack import kit, names
from integrations.slack.escape import clean, cut
from integrations.slack.views import forms

KINDS: Mapping[str, str] = {
    "message": "Somebody told us",
    "review": "A review",
    "post": "A post somewhere",
    "comment": "A comment",
}
_MOST = 3000


def form(said: str, products: Sequence[str], metadata: Mapping[str, JSON]) -> Payload:
    """The message's words, the product and the kind; all can be changed."""
    blocks = [forms.text_field(names.FIELD_SAID, "What was said", initial=cut(clean(said), _MOST), most=_MOST)]
    if options := forms.options((product, product) for product in products):
        blocks.append(forms.choice_field(names.FIELD_PRODUCT, "About", options, optional=True))
    kinds = forms.options((text, value) for value, text in KINDS.items())
    blocks += [
        forms.choice_field(names.FIELD_KIND, "What it is", kinds, initial="message"),
        *kit.small_print(
            "It is read, grouped and routed like a post from outside. Leave out names that do not belong here."
        ),
    ]
    return forms.modal(
        names.FEEDBACK, "Make this feedback", blocks, submit="Take it in", close="Cancel", metadata=metadata
    )
