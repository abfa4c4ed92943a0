# syntax=docker/dockerfile:1
# The wheel is built in a stage of its own (with Node, from a wheel too); what runs is Python alone.

FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="openlines" \
      org.opencontainers.image.description="A self-hosted contact centre" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels openlines \
 && useradd --uid 10001 --user-group --no-create-home openlines \
 && install --directory --owner=openlines --group=openlines --mode=0700 /data

USER openlines
ENV OPENLINES_DATA=/data \
    OPENLINES_HOST=0.0.0.0 \
    OPENLINES_PORT=8080 \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['OPENLINES_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["openlines"]
CMD ["serve"]
