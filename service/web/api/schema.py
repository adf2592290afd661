"""The API's own description, as OpenAPI."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request

from service.web.auth import open_to_anyone

router = APIRouter()


@router.get("/api/openapi.json", dependencies=[open_to_anyone()], include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """What `/api` offers, for tools that read it."""
    app: FastAPI = request.app
    return app.openapi()
