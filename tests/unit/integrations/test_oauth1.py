"""Signatures of OAuth 1.0a, against an example that was computed elsewhere."""

from __future__ import annotations

from integrations.oauth1 import Keys, signature_of

# The example of X's own page "Creating a signature" (docs.x.com, OAuth 1.0a).
KEYS = Keys(
    key="xvz1evFS4wEEPTGEFPHBog",
    key_secret="kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
    token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    token_secret="LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
)
PARAMS = {
    "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
    "include_entities": "true",
    "oauth_consumer_key": KEYS.key,
    "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "1318622958",
    "oauth_token": KEYS.token,
    "oauth_version": "1.0",
}


def test_the_known_signature_comes_out() -> None:
    """Order, escaping and keys are those of RFC 5849."""
    url = "https://api.twitter.com/1.1/statuses/update.json"
    assert signature_of(KEYS, "post", url, PARAMS) == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


def test_every_request_is_signed_anew_and_shows_no_secret() -> None:
    """Two headers differ, since each has a number of its own; neither holds a secret, nor do the keys when printed."""
    first, second = (KEYS.header("GET", "https://api.x.com/2/users/me")["Authorization"] for _ in range(2))
    assert first.startswith('OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", ')
    assert first != second
    for secret in (KEYS.key_secret, KEYS.token_secret):
        assert secret not in first + repr(KEYS)
