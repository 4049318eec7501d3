# The tag names the line of releases that is tested; the release pipeline pins its digest, which is known there.
ARG PYTHON=python:3.11-slim-bookworm

# hadolint ignore=DL3006
FROM ${PYTHON} AS builder
# How to reach an index behind a mirror is a secret of the build, if it was given one (`make image`); no layer keeps it.
ENV PIP_CONFIG_FILE=/run/secrets/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# The tools that build the wheels stay in this stage; the environment that ships has no pip in it, and no file of a package
# that is large and that no worker opens. Nobody changes a module that ships, so that none is compared with its source.
COPY requirements-build.lock requirements.lock infra/image/left-out.txt ./
# hadolint ignore=DL3003
RUN --mount=type=secret,id=pip --mount=type=secret,id=authorities \
    python -m venv --without-pip /opt/venv \
    && python -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r requirements-build.lock \
    && python -m pip --python /opt/venv/bin/python install --quiet --no-compile --require-hashes --no-deps --only-binary :all: \
        -r requirements.lock \
    && (cd /opt/venv/lib/python3.11/site-packages && xargs sh -c 'rm -r $*' rm </src/left-out.txt) \
    && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib

# The fleet's own files in a layer of their own: a change of the code makes no layer of the packages anew.
COPY LICENSE README.md pyproject.toml ./
COPY contracts contracts
COPY workers workers
COPY adapters adapters
RUN python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels ./contracts . \
    && python -m pip --python /opt/venv/bin/python install --quiet --no-deps --no-index --no-compile --root /code /wheels/*.whl \
    && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash -s /code -p / /code

# hadolint ignore=DL3006
FROM ${PYTHON}
# Everything that is written goes to the volume, so that the root file system can be read-only.
RUN groupadd --gid 10001 poon \
    && useradd --uid 10001 --gid poon --no-create-home --home-dir /var/lib/poon --shell /usr/sbin/nologin poon \
    && install -d -o poon -g poon -m 0750 /var/lib/poon
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /code /
ENV PATH=/opt/venv/bin:$PATH \
    POON_DATA_DIR=/var/lib/poon \
    POON_HTTP__HOST=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1 \
    PYTHONUNBUFFERED=1
WORKDIR /var/lib/poon
VOLUME /var/lib/poon
USER 10001:10001

# Probes, status and metrics; not for the world outside the cluster.
EXPOSE 8080
# Asks whether the heartbeat is recent, and /livez.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["poon", "health"]
# SIGTERM lets it finish what it has begun.
STOPSIGNAL SIGTERM
ENTRYPOINT ["poon"]
CMD ["run"]

# Last: what changes with every commit makes no layer before it anew.
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="poon-workers" \
    org.opencontainers.image.description="Turns receipts and spending texts into structured, categorised spending" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
