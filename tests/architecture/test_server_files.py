"""The files for a server agree with the product: commands, ports, secrets, and what the wheel carries."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from ruamel.yaml import YAML

from service.settings import CONFIG_FILES
from tests.architecture.commands import unknown

Compose = dict[str, Any]
PARTS = ("migrate", "web", "worker", "scheduler", "listener")
INTERPOLATED = re.compile(r"\$\{(\w+)")


@pytest.fixture(scope="module")
def compose(root: Path) -> Compose:
    """docker-compose.yml with its anchors and merges resolved."""
    read: Compose = YAML(typ="safe").load(root / "docker-compose.yml")
    return read


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each as its word and the rest of it."""
    text = (root / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_every_part_runs_a_verb_that_exists(compose: Compose, verbs: dict[str, frozenset[str]]) -> None:
    """What the services run is what the command line offers."""
    for part in PARTS:
        assert unknown(["earful", *compose["services"][part]["command"]], verbs) is None


def test_the_image_runs_a_verb_that_exists(dockerfile: list[tuple[str, str]], verbs: dict[str, frozenset[str]]) -> None:
    """The image's entry point is `earful`, and what it does unless told otherwise is one of its verbs."""
    last = dict(dockerfile)
    assert unknown([*json.loads(last["ENTRYPOINT"]), *json.loads(last["CMD"])], verbs) is None


def test_the_image_is_not_run_as_root(dockerfile: list[tuple[str, str]]) -> None:
    """The last stage names a user that it made, and neither copies sources nor installs anything."""
    last = dockerfile[max(i for i, (word, _) in enumerate(dockerfile) if word == "FROM") :]
    user = next(rest for word, rest in last if word == "USER")
    assert any(word == "RUN" and rest.endswith(f" {user}") and "useradd" in rest for word, rest in last)
    assert [rest for word, rest in last if word == "COPY"] == ["--from=build /opt/earful /opt/earful"]
    assert not [rest for word, rest in last if word == "RUN" and ("pip" in rest or "apt" in rest)]


def test_the_health_check_asks_the_web_alone(compose: Compose, dockerfile: list[tuple[str, str]]) -> None:
    """The image asks /health; the parts that serve no pages have that switched off."""
    assert "/health" in dict(dockerfile)["HEALTHCHECK"]
    silent = {part for part in PARTS if compose["services"][part].get("healthcheck") == {"disable": True}}
    assert silent == {"migrate", "worker", "scheduler", "listener"}


def test_only_the_password_s_door_is_published(compose: Compose) -> None:
    """Nothing can be reached from outside but the proxy's port, and that on this machine's loopback only."""
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8080"]}
    proxy = compose["services"]["proxy"]
    assert proxy["network_mode"] == "service:web"
    door = compose["configs"]["caddyfile"]["content"]
    assert ":8080 {" in door
    assert "basic_auth" in door
    assert "reverse_proxy 127.0.0.1:8000" in door
    assert "EARFUL_HOST" not in compose["services"]["web"]["environment"]


def test_workers_can_be_scaled(compose: Compose) -> None:
    """Nothing of a worker is there once only: no name, no port."""
    assert not {"container_name", "ports", "network_mode"} & compose["services"]["worker"].keys()


def test_parts_start_on_a_finished_schema(compose: Compose) -> None:
    """The migration waits for a database that answers, and the parts wait for the migration."""
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for part in ("web", "worker", "scheduler", "listener"):
        assert services[part]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_listener_starts_only_when_asked_for(compose: Compose) -> None:
    """Without a token it could only complain and be started again; every other part starts by itself."""
    profiles = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert profiles == {"listener": ["slack"]}


def test_what_is_named_is_defined(compose: Compose) -> None:
    """Volumes, secrets and configs that a service names are defined, and none is defined in vain."""
    for kind in ("secrets", "configs"):
        named = {
            each if isinstance(each, str) else each["source"]
            for service in compose["services"].values()
            for each in service.get(kind, [])
        }
        assert named == set(compose[kind])
    mounted = {each.split(":")[0] for service in compose["services"].values() for each in service.get("volumes", [])}
    assert {each for each in mounted if not each.startswith(".")} == set(compose["volumes"])


def test_no_secret_is_written_down(root: Path, compose: Compose) -> None:
    """Every password and token comes from the environment; the example leaves them empty; git ignores the real ones."""
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    example = dict(
        line.split("=", 1)
        for line in (root / ".env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert set(INTERPOLATED.findall(text)) <= example.keys()
    assert set(example.values()) == {""}
    assert compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    ignored = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "people.txt"} <= set(ignored)


def test_the_wheel_carries_what_the_packages_need(root: Path, tracked: list[Path]) -> None:
    """Weights, templates, static files, migrations, the sample studio: all that git keeps in our packages."""
    builder = WheelBuilder(str(root))
    inside = {str(Path(each.distribution_path)) for each in builder.recurse_included_files()}
    packages = [root / name for name in ("collectors", "nlp", "integrations", "service")]
    needed = {str(path.relative_to(root)) for path in tracked if any(folder in path.parents for folder in packages)}
    assert needed - inside == set()
    assert {f"service/default_config/{name}" for name in CONFIG_FILES} <= inside
    assert not [name for name in inside if fnmatch(name, "tests/*") or name.endswith((".env", ".pyc"))]


def test_the_image_is_built_from_no_more_than_the_wheel_needs(root: Path) -> None:
    """The build context begins with nothing, and lets in what the wheel is made of."""
    lines = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    packages = {"collectors", "config", "integrations", "nlp", "service"}
    assert let_in == packages | {"constraints.txt", "LICENSE", "pyproject.toml", "README.md"}
