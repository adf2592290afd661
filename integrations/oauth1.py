"""Signing requests with OAuth 1.0a (RFC 5849, HMAC-SHA1), whose tokens do not end and so can stay in a setting."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """An application's key and an account's token for it, each with its secret."""

    key: str = field(repr=False)
    key_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_secret: str = field(repr=False)

    def header(self, method: str, url: str, params: Mapping[str, str] | None = None) -> dict[str, str]:
        """The header for one request. `url` without a query, which is in `params`; a body of JSON is not signed."""
        signed = {
            "oauth_consumer_key": self.key,
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_token": self.token,
            "oauth_version": "1.0",
        }
        signature = signature_of(self, method, url, {**(params or {}), **signed})
        parts = {**signed, "oauth_signature": signature}
        return {"Authorization": "OAuth " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in parts.items())}


def signature_of(keys: Keys, method: str, url: str, params: Mapping[str, str]) -> str:
    """The signature over a method, an address and all parameters, those of the header included."""
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in params.items())
    listed = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(_quoted(part) for part in (method.upper(), url, listed))
    secret = f"{_quoted(keys.key_secret)}&{_quoted(keys.token_secret)}"
    return base64.b64encode(hmac.new(secret.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="~")
