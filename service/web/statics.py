"""Style sheets, scripts and icons: read once at the start, addressed by their content, kept by browsers for a year.

All files share one digest in their address, so that a script's relative import of another leads to the same version.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Response

from service.errors import NotFound
from service.web.auth import open_to_anyone

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Statics:
    """The files by their path, and what their addresses begin with."""

    files: dict[str, bytes]
    digest: str

    def url(self, path: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file; a mistake in a template.
        """
        if path not in self.files:
            raise KeyError(f"static/{path} does not exist")
        return f"/static/{self.digest}/{path}"


def load(folder: Path = FOLDER) -> Statics:
    """Read every file of a type that we serve."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return Statics(files=files, digest=digest.hexdigest()[:12])


def router(statics: Statics) -> APIRouter:
    """The route that serves them. An older digest gets the file as it is now, and may not keep it."""
    routes = APIRouter()

    @routes.get("/static/{digest}/{path:path}", dependencies=[open_to_anyone()], include_in_schema=False)
    def static_file(digest: str, path: str) -> Response:
        if path not in statics.files:
            raise NotFound(f"There is no file “{path}” here.")
        current = digest == statics.digest
        return Response(
            statics.files[path],
            media_type=_TYPES[Path(path).suffix],
            headers={"Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache"},
        )

    return routes
