"""What the made-up platforms of Google share: how one signs in, and how they refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.base import TargetBusy
from tests.contract.repliers.fake import HttpFake, Peculiar, route
from tests.recorded.signing import GoogleSignIn, keys, pem, refused
from tests.recorded.web import Asked, Reply


@dataclass
class GoogleFake(HttpFake):
    """An API of Google: every request but the sign-in carries a token."""

    sign_in: GoogleSignIn = field(default_factory=GoogleSignIn)

    def is_sign_in(self, asked: Asked) -> bool:
        return asked.path == "/token"

    def lets_in(self, asked: Asked) -> bool:
        return self.sign_in.lets_in(asked)

    @route("POST", "/token")
    def token(self, asked: Asked) -> Reply:
        """A token, for our credentials alone."""
        return self.sign_in(asked)

    def error(self, status: int, reason: str) -> Reply:
        return refused(status, reason)


def credentials(*names: str) -> dict[str, str]:
    """Ours, as the sign-in knows them."""
    return {name: value for name, value in keys().items() if name in names}


def of_another_account() -> str:
    """A service account's key file that Google does not know."""
    return json.dumps({**json.loads(keys()["GOOGLE_PLAY_SERVICE_ACCOUNT"]), "private_key": pem(_other())})


@cache
def _other() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


QUOTAS = (
    Peculiar(name="day-spent", reply=refused(403, "quotaExceeded"), error=TargetBusy, retry_after=3600.0),
    Peculiar(name="too-fast", reply=refused(403, "rateLimitExceeded"), error=TargetBusy, retry_after=60.0),
    Peculiar(name="exhausted", reply=refused(429, "RESOURCE_EXHAUSTED"), error=TargetBusy, retry_after=60.0),
)
