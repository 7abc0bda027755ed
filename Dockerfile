# The app without a database of its own: it uses the server that UPLAND_DATABASE_URL names.
FROM python:3.11-slim-bookworm AS assets
WORKDIR /app
COPY requirements/assets.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/assets.txt
COPY scripts/build_assets.py scripts/
COPY gis_core/products/assets/ gis_core/products/assets/
RUN python scripts/build_assets.py

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk libexpat1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 upland
WORKDIR /app
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY gis_core/ gis_core/
COPY api/ api/
COPY data/boundaries/ data/boundaries/
COPY --from=assets /app/gis_core/products/assets/vendor/ gis_core/products/assets/vendor/
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && mkdir /workspace \
    && chown upland:upland /workspace
USER upland
ENV UPLAND_HOME=/workspace NUMBA_CACHE_DIR=/tmp/numba
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=600s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz')"]
CMD ["upland", "up", "--host", "0.0.0.0"]
