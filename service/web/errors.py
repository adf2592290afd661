"""What goes wrong, told so that the reader knows what to do next: as a page, or as JSON for programs."""

from __future__ import annotations

import logging
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic_core import ErrorDetails
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from service.domain.wording import did_you_mean, shown, what_is_right
from service.errors import ServiceError
from service.web.queries import Query
from service.web.render import page

_log = logging.getLogger(__name__)

_NEXT = {
    404: "It may have been merged or removed. Search for it, or go back to the inbox.",
    422: "Mend the address, or start again from the inbox.",
    500: "This is a fault of Earful's. The log says more; `earful doctor` looks whether the rest is well.",
    503: "Nothing is lost. Try again in a moment; `earful doctor` says in words what is wrong.",
}
_NO_ANSWER = "The database does not answer, or took too long."


def install(app: FastAPI) -> None:
    """Make the application answer every error in words."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(Exception, _fault)


def _service_error(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, ServiceError) else 500
    return answer(request, status, str(error))


def _bad_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if any(each["loc"][0] == "path" for each in error.errors()):
        return answer(request, 404, f"There is no page {request.url.path}.")
    known = _parameters(request)
    return answer(request, 422, " ".join(_sentence(each, known) for each in error.errors()))


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return answer(request, 404, f"There is no page {request.url.path}.")
    if error.status_code == 405:
        return answer(request, 405, f"{request.url.path} does not take {request.method}.")
    return answer(request, error.status_code, str(error.detail))


def _parameters(request: Request) -> list[str]:
    """The names that the route takes in its query string."""
    route = request.scope.get("route")
    taken = route.dependant.query_params if isinstance(route, APIRoute) else []
    models = [param.field_info.annotation for param in taken]
    return [
        name for model in models if isinstance(model, type) and issubclass(model, Query) for name in model.model_fields
    ]


def _sentence(problem: dict[str, Any], known: list[str]) -> str:
    name = next((str(step) for step in problem["loc"][1:]), "the query")
    if problem["type"] == "extra_forbidden":
        return f"There is no parameter `{name}`. {did_you_mean(name, known)}"
    return f"`{name}` is {shown(problem['input'])}. {what_is_right(cast('ErrorDetails', problem))}"


def _no_database(request: Request, error: Exception) -> Response:
    _log.warning("The database did not answer %s: %s", request.url.path, error)
    return answer(request, 503, _NO_ANSWER)


def _fault(request: Request, _error: Exception) -> Response:
    return answer(request, 500, "Something went wrong while this page was made.")


def answer(request: Request, status: int, message: str) -> Response:
    """The error as whoever asked can read it."""
    if request.url.path.startswith(("/api", "/hooks")) or request.url.path == "/health":
        return JSONResponse({"error": message}, status_code=status)
    next_step = _NEXT.get(status, "Go back to the inbox.")
    title = "Not found" if status == 404 else "That did not work"
    return page(
        request, "error.html", place="", title=title, status=status, message=message, next_step=next_step, code=status
    )
