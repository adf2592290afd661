# The image of Earful's parts for a server: `earful web`, `earful worker`, `earful scheduler`, `earful database upgrade`.
# How they go together stands in docker-compose.yml; what to do, in docs/howto/run-on-a-server.md.

# The Python that the tests run with, and its constraints were made with.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/earful \
    && pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && /opt/earful/bin/pip install --no-cache-dir --constraint constraints.txt /wheels/earful-*.whl \
    && /opt/earful/bin/pip uninstall --yes pip setuptools

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /var/lib/earful --create-home earful
COPY --from=build /opt/earful /opt/earful
ENV PATH=/opt/earful/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EARFUL_DATA_DIR=/var/lib/earful
USER earful
WORKDIR /var/lib/earful
VOLUME /var/lib/earful
EXPOSE 8000
# For `earful web`. The other parts answer no requests: switch it off for them.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('EARFUL_PORT', 8000)}/health\", timeout=4)"]
ENTRYPOINT ["earful"]
CMD ["web"]
