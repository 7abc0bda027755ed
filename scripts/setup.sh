#!/bin/sh
# Install what is missing: system packages, the virtual environment, map assets.
# Usage: setup.sh run|test. Safe to run again; does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

say() { printf '%s\n' "upland set-up: $*" >&2; }

postgis_here() { ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
cjk_font_here() { ls /usr/share/fonts/opentype/noto/NotoSansCJK* /usr/share/fonts/truetype/wqy/* >/dev/null 2>&1 || { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; }; }
chromium_here() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
venv_here() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

packages=""
postgis_here || packages="$packages postgis-placeholder"
cjk_font_here || packages="$packages fonts-noto-cjk"
venv_here || packages="$packages python3-venv"
[ "$what" = test ] && { chromium_here || packages="$packages chromium"; }

if [ -n "$packages" ]; then
  if ! command -v apt-get >/dev/null; then
    say "missing:$packages. Install PostgreSQL with PostGIS, Python's venv, a Chinese font and Chromium with your system's package manager, then run this again."
    exit 1
  fi
  root=""
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null; then root="sudo"; else
      say "missing:$packages; neither root nor sudo is here. Ask an administrator to install them, then run this again."
      exit 1
    fi
  fi
  $root apt-get update -q >/dev/null
  postgis=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -t- -k2 -n | tail -n 1)
  packages=$(printf '%s' "$packages" | sed "s/postgis-placeholder/$postgis/")
  say "installing$packages"
  # The distribution must not start a server of its own: the workspace owns its cluster.
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >/dev/null
fi

lock=requirements/run.txt
[ "$what" = test ] && lock=requirements/test.txt
[ -x .venv/bin/python ] || { say "making .venv"; python3 -m venv .venv; }
stamp=.venv/.installed-$what
want=$(cat "$lock" requirements/build.txt pyproject.toml | sha256sum | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  say "installing the Python packages of $lock"
  .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/build.txt
  .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s\n' "$want" >"$stamp"
fi

assets=gis_core/products/assets
if [ -f "$assets/package-lock.json" ] && [ ! -d "$assets/vendor" ]; then
  if command -v npm >/dev/null; then
    say "building the map assets"
    .venv/bin/python scripts/build_assets.py >&2 || say "map assets not built; pages fall back to the public CDN"
  else
    say "npm is not here: maps fall back to the public CDN and need internet"
  fi
fi
