"""`earful …` as an operator types it: the real command on a test's database, with what it says and its exit code."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from service.cli.app import main
from service.cli.console import OUT
from service.settings import default_config_dir
from service.store.database import psycopg_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str


def earful(database: Engine, *arguments: str) -> Told:
    """Run a verb to its end, in a window that is wide enough for its tables."""
    out, err = io.StringIO(), io.StringIO()
    width, OUT.width = OUT.width, 200
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.setenv("EARFUL_CONFIG_DIR", str(default_config_dir()))
        patch.setenv("EARFUL_DATABASE_URL", psycopg_url(database))
        patch.setattr(sys, "argv", ["earful", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
    OUT.width = width
    return Told(code=int(left.value.code or 0), out=out.getvalue(), err=err.getvalue())
