"""What the operator sets in the environment, and the only place that reads it.

Everything else is handed a `Settings`, so that a test or a second installation on one machine needs no environment of
its own. Files are read by `service.configuration`; secrets that a collector names are asked for by `Settings.secret`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from service.domain.wording import nearest, shown, what_is_right
from service.errors import ConfigError

CONFIG_FILES = ("company.yaml", "routing.yaml", "sources.yaml", "topics.yaml")
_SERVICE = Path(__file__).parent


def _postgresql(address: SecretStr) -> SecretStr:
    if urlsplit(address.get_secret_value()).scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("Give one of the form postgresql://user:password@host:5432/database.")
    return address


def _folder(path: Path) -> Path:
    return path.expanduser().absolute()


def _loopback(host: str) -> str:
    try:
        private = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        private = False
    if not private:
        raise ValueError(
            "Earful has no sign-in yet, so anybody who reaches this address would read everything. Use 127.0.0.1, and "
            "come to it through an SSH tunnel (ssh -L 8000:127.0.0.1:8000 server) or a proxy on the same machine that "
            "asks for a password."
        )
    return host


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("Give an address that begins with https:// (or http:// on your own machine).")
    return address.rstrip("/") + "/"


def _bot_token(token: SecretStr) -> SecretStr:
    if token.get_secret_value().startswith("xapp-"):
        raise ValueError("This is the app-level token (xapp-…): it belongs in SLACK_APP_TOKEN; the bot's is xoxb-….")
    return token


def _app_token(token: SecretStr) -> SecretStr:
    if token.get_secret_value().startswith(("xoxb-", "xoxp-")):
        raise ValueError("This is the bot's token (xoxb-…): it belongs in SLACK_BOT_TOKEN; the app's is xapp-….")
    return token


def default_config_dir() -> Path:
    """The configuration that Earful ships: in the installed package, or beside it in a checkout."""
    packaged = _SERVICE / "default_config"
    return packaged if packaged.is_dir() else _SERVICE.parent / "config"


def _own_config_dir() -> Path:
    """./config where it is one of ours, else the shipped one."""
    here = Path("config")
    return here if any((here / name).is_file() for name in CONFIG_FILES) else default_config_dir()


class Settings(BaseModel):
    """The settings in the environment, checked. Never changes after the start; secrets hide from `repr` and logs."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=False)

    environment: Mapping[str, str] = Field(default_factory=dict, repr=False, exclude=True)
    """What `${NAME}` in a configuration file may name. Holds secrets: never log it."""
    database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = Field(
        None,
        alias="EARFUL_DATABASE_URL",
        description="Where PostgreSQL (16 or newer, with pgvector) listens: postgresql://user:password@host:5432/database.",
        json_schema_extra={"default": "none: Earful starts its own in the data folder"},
    )
    data_dir: Annotated[Path, AfterValidator(_folder)] = Field(
        default_factory=lambda: Path(".earful").absolute(),
        alias="EARFUL_DATA_DIR",
        description="The folder for Earful's own PostgreSQL, logs and backups. Made when it is missing.",
        json_schema_extra={"default": "./.earful"},
    )
    config_dir: Annotated[Path, AfterValidator(_folder)] = Field(
        default_factory=lambda: _own_config_dir().absolute(),
        alias="EARFUL_CONFIG_DIR",
        description="The folder with company.yaml, routing.yaml, sources.yaml and topics.yaml.",
        json_schema_extra={"default": "./config, or the shipped one"},
    )
    host: Annotated[str, AfterValidator(_loopback)] = Field(
        "127.0.0.1",
        alias="EARFUL_HOST",
        description="The address that the pages listen on. Only this machine's own are accepted until sign-in exists.",
    )
    port: int = Field(8000, alias="EARFUL_PORT", ge=0, le=65535, description="The port of the pages; 0: any free one.")
    public_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None,
        alias="EARFUL_PUBLIC_URL",
        description="The address that people type to reach the pages. Links in Slack and in digests begin with it.",
        json_schema_extra={"default": "http://EARFUL_HOST:EARFUL_PORT"},
    )
    contact: str | None = Field(
        None,
        alias="EARFUL_CONTACT",
        pattern=r"^[\x21-\x7e]+$",
        description="Where a platform can reach you: an e-mail address or a page. Every request carries it.",
        json_schema_extra={"default": "none"},
    )
    workers: int = Field(
        2, alias="EARFUL_WORKERS", ge=1, le=64, description="How many jobs one worker process does at a time."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="EARFUL_LOG_LEVEL", description="How much is logged: `debug`, `info`, `warning` or `error`."
    )
    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = Field(
        None,
        alias="SLACK_BOT_TOKEN",
        description="The bot token of your Slack app (xoxb-…). A further workspace has SLACK_BOT_TOKEN__NAME.",
        json_schema_extra={"default": "none: cards go to the Slack preview page"},
    )
    slack_app_token: Annotated[SecretStr, AfterValidator(_app_token)] | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="The app-level token (xapp-…) for Socket Mode, so that buttons work without a public address.",
        json_schema_extra={"default": "none: buttons are not heard over Socket Mode"},
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Proves that a request came from Slack, where buttons are heard over HTTP.",
        json_schema_extra={"default": "none: no request from Slack is accepted"},
    )
    slack_api_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "https://slack.com/api/",
        alias="SLACK_API_URL",
        description="Where Slack's API is; another one for tests and for gateways.",
    )

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read and check the settings in `env` (None: this process's environment). An empty value counts as not set.

        Raises:
            ConfigError: a value is wrong or a name is misspelt; names the variable and what would be right. Carries
                all that is wrong in `problems`.
        """
        environment = {name: value for name, value in (os.environ if env is None else env).items() if value.strip()}
        known = {field.alias for field in cls.model_fields.values() if field.alias}
        problems = _misspelt(environment, known)
        try:
            given = {name: environment[name] for name in known & environment.keys()}
            settings = cls.model_validate({**given, "environment": MappingProxyType(environment)})
        except ValidationError as error:
            problems += [_problem(cls, each) for each in error.errors()]
        if not problems and not (folder := settings.config_dir).is_dir():
            problems = [_no_config_dir(folder)]
        if problems:
            raise ConfigError.several(problems)
        return settings

    @property
    def address(self) -> str:
        """The address that links begin with, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def secret(self, name: str, *, source: str | None = None) -> str | None:
        """The credential that a collector or target names; None where the operator gave none. Never log it.

        A source may have one of its own, under the name with its own behind it: WEBHOOK_SECRET_SHOP_EVENTS is that of
        the source shop-events, and goes before WEBHOOK_SECRET.
        """
        own = f"{name}_{source.upper().replace('-', '_')}" if source else name
        return self.environment.get(own) or self.environment.get(name)


def _misspelt(environment: Mapping[str, str], known: set[str]) -> list[ConfigError]:
    """Names that are nearly one of ours. Others that begin with EARFUL_ may be meant for configuration files."""
    strange = sorted(name for name in environment.keys() - known if name.startswith("EARFUL_"))
    near = ((name, nearest(name, known, likeness=0.9)) for name in strange)
    return [
        ConfigError(f"There is no setting {name}.", fix=f"Did you mean `{meant}`?") for name, meant in near if meant
    ]


def _problem(settings: type[Settings], error: ErrorDetails) -> ConfigError:
    name = str(error["loc"][0])
    field = next(field for field in settings.model_fields.values() if field.alias == name)
    secret = "SecretStr" in str(field.annotation)
    given = "has a wrong value" if secret else f"is {shown(error['input'])}"
    return ConfigError(f"{name} {given}.", fix=what_is_right(error))


def _no_config_dir(folder: Path) -> ConfigError:
    return ConfigError(
        f"EARFUL_CONFIG_DIR is {shown(str(folder))}, and there is no such folder.",
        fix=f"Copy {default_config_dir()} there and change what you need, or leave the setting out.",
    )
