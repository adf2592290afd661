"""Settings: read from the environment, checked, and never telling a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import ConfigError
from service.settings import Settings, default_config_dir


def test_nothing_set_is_a_working_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any variable, Earful listens on this machine, in ./.earful, with the shipped configuration."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({})
    assert (settings.host, settings.port, settings.address) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.data_dir == tmp_path / ".earful"
    assert settings.config_dir == default_config_dir()
    assert settings.database_url is None
    assert settings.slack_api_url == "https://slack.com/api/"


def test_own_config_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config counts where it holds one of our files; somebody else's ./config does not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    assert Settings.load({}).config_dir == default_config_dir()
    (tmp_path / "config" / "topics.yaml").write_text("topics: []")
    assert Settings.load({}).config_dir == tmp_path / "config"


def test_the_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """`load()` reads the environment of this process."""
    monkeypatch.setenv("EARFUL_PORT", "8123")
    assert Settings.load().port == 8123


def test_empty_counts_as_not_set() -> None:
    """`EARFUL_PORT=` in a compose file is the default, not a mistake."""
    assert Settings.load({"EARFUL_PORT": "", "SLACK_BOT_TOKEN": "  "}).port == 8000
    assert Settings.load({"SLACK_BOT_TOKEN": "  "}).slack_bot_token is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machines_own_addresses_are_accepted(host: str) -> None:
    """Whatever names this machine alone may be listened on."""
    assert Settings.load({"EARFUL_HOST": host}).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "8.8.8.8", "earful.example.com", "::ffff:8.8.8.8"])
def test_other_addresses_are_refused_until_sign_in_exists(host: str) -> None:
    """An address that others can reach is refused, with the reason and two ways round it."""
    with pytest.raises(ConfigError) as refused:
        Settings.load({"EARFUL_HOST": host})
    assert refused.value.message == f'EARFUL_HOST is "{host}".'
    assert "no sign-in yet" in refused.value.fix
    assert "ssh -L" in refused.value.fix
    assert "proxy" in refused.value.fix


@pytest.mark.parametrize(
    ("name", "value", "message", "fix"),
    [
        ("EARFUL_PORT", "http", 'EARFUL_PORT is "http".', "It must be a whole number."),
        ("EARFUL_PORT", "70000", 'EARFUL_PORT is "70000".', "It must be at most 65535."),
        ("EARFUL_WORKERS", "0", 'EARFUL_WORKERS is "0".', "It must be at least 1."),
        ("EARFUL_LOG_LEVEL", "warn", 'EARFUL_LOG_LEVEL is "warn".', "Did you mean `warning`?"),
        ("SLACK_API_URL", "slack", 'SLACK_API_URL is "slack".', "Give an address that begins with https://"),
        ("EARFUL_PUBLIC_URL", "ftp://x", 'EARFUL_PUBLIC_URL is "ftp://x".', "Give an address that begins with"),
        ("EARFUL_DATABSE_URL", "x", "There is no setting EARFUL_DATABSE_URL.", "Did you mean `EARFUL_DATABASE_URL`?"),
        ("EARFUL_CONFIG_DIR", "/nowhere", 'EARFUL_CONFIG_DIR is "/nowhere"', f"Copy {default_config_dir()} there"),
        ("SLACK_BOT_TOKEN", "xapp-1", "SLACK_BOT_TOKEN has a wrong value.", "it belongs in SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN has a wrong value.", "it belongs in SLACK_BOT_TOKEN"),
        ("EARFUL_DATABASE_URL", "mysql://u@h/d", "EARFUL_DATABASE_URL has a wrong value.", "postgresql://user:"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name: str, value: str, message: str, fix: str) -> None:
    """Every wrong value names the variable, the value (unless secret) and the fix."""
    with pytest.raises(ConfigError) as wrong:
        Settings.load({name: value})
    assert message in wrong.value.message
    assert fix in wrong.value.fix


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Two mistakes are one error with two problems, in one text."""
    with pytest.raises(ConfigError) as wrong:
        Settings.load({"EARFUL_PORT": "x", "EARFUL_WORKERS": "y"})
    assert [problem.message for problem in wrong.value.problems] == ['EARFUL_PORT is "x".', 'EARFUL_WORKERS is "y".']
    assert len(str(wrong.value).splitlines()) == 2


@pytest.mark.parametrize("name", ["EARFUL_SAMPLE_URL", "EARFUL_TEST_DATABASE_URL", "EARFUL_FORUM_TOKEN", "PATH"])
def test_other_variables_are_left_alone(name: str) -> None:
    """A variable that a configuration file may name is no misspelt setting."""
    settings = Settings.load({name: "x"})
    assert settings.environment[name] == "x"


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "EARFUL_DATABASE_URL"])
def test_a_wrong_secret_is_never_shown(name: str) -> None:
    """Neither the message nor its cause's text tells what a wrong secret was."""
    hidden = {"SLACK_BOT_TOKEN": "xapp-hunter2", "SLACK_APP_TOKEN": "xoxb-hunter2"}.get(name, "mysql://u:hunter2@h/d")
    with pytest.raises(ConfigError) as wrong:
        Settings.load({name: hidden})
    assert "hunter2" not in str(wrong.value)
    assert wrong.value.__cause__ is None


def test_secrets_hide_from_logs_and_are_there_when_asked() -> None:
    """`repr` and dumps show no secret; `secret` and the typed fields do."""
    env = {
        "SLACK_BOT_TOKEN": "xoxb-hunter2",
        "EARFUL_DATABASE_URL": "postgresql://u:hunter2@h/d",
        "REDDIT_CLIENT_SECRET": "hunter2",
    }
    settings = Settings.load(env)
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-hunter2"
    assert settings.secret("REDDIT_CLIENT_SECRET") == "hunter2"
    assert settings.secret("NOT_THERE") is None
    assert settings.secret("REDDIT_CLIENT_SECRET", source="our-forum") == "hunter2"


def test_links_begin_with_the_public_address() -> None:
    """A public address wins over host and port; an IPv6 host is put in brackets."""
    assert Settings.load({"EARFUL_PUBLIC_URL": "https://ear.example.com/"}).address == "https://ear.example.com"
    assert Settings.load({"EARFUL_HOST": "::1", "EARFUL_PORT": "81"}).address == "http://[::1]:81"


def test_folders_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder given relative to the place of start stays where it is when a part changes its place."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    settings = Settings.load({"EARFUL_DATA_DIR": "data", "EARFUL_CONFIG_DIR": "conf"})
    assert (settings.data_dir, settings.config_dir) == (tmp_path / "data", tmp_path / "conf")
