"""`earful database …`: bring the schema up to date, keep a copy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from service.cli import wiring
from service.cli.console import say
from service.clock import now
from service.errors import ServiceError
from service.store import embedded, schema
from service.store.database import connect

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the schema of this version. Safe to repeat, and with the service running.

    Example: earful database upgrade
    """
    with wiring.database(wiring.read_setup()) as url:
        engine = connect(url)
        before = schema.current(engine)
        schema.upgrade(engine)
        after = schema.current(engine)
        engine.dispose()
    say(
        f"The schema was at {before or 'nothing'} and is at {after}."
        if before != after
        else f"The schema is at {after}."
    )


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; default: the data folder, with the time.")
    ] = None,
) -> None:
    """Write a copy of the whole database that `pg_restore` reads.

    Example: earful database backup /backups/earful.dump
    """
    setup = wiring.read_setup()
    file = file or setup.settings.data_dir / "backups" / f"earful-{now():%Y%m%d-%H%M%S}.dump"
    file.parent.mkdir(parents=True, exist_ok=True)
    with wiring.database(setup) as url:
        _dump(url, file)
    say(f"{file} ({file.stat().st_size / 1e6:.1f} MB)")
    say(f"Bring it back with: pg_restore --clean --if-exists --dbname DATABASE {file}")


def _dump(url: str, file: Path) -> None:
    address = make_url(url).set(drivername="postgresql")
    beside = file.with_name(f".{file.name}.new")
    # The password goes through the environment: arguments can be read by every user of the machine.
    done = subprocess.run(  # noqa: S603  the embedded server's own pg_dump
        [
            str(embedded.program("pg_dump")),
            "--format=custom",
            f"--file={beside}",
            f"--dbname={address.set(password=None).render_as_string(hide_password=False)}",
        ],
        env={**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        beside.unlink(missing_ok=True)
        raise ServiceError(f"pg_dump could not copy the database: {done.stderr.strip()}")
    beside.replace(file)
