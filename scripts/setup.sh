#!/bin/sh
# Install what is missing: system packages, the virtual environment, map assets.
# Usage: setup.sh run|test. Safe to run again; does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}
case "$what" in run | test) ;; *) echo "usage: setup.sh run|test" >&2; exit 2 ;; esac
here=$(pwd -P)
log=$(mktemp)
tools=""
trap 'rm -rf "$log" "$tools"' EXIT

say() { printf '%s\n' "upland set-up: $*" >&2; }
refuse() { say "$*"; exit 1; }
# Run a command without its chatter; show all it said if it fails.
quietly() { "$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2; return 1; }; }
any_file() { for file in "$@"; do [ ! -e "$file" ] || return 0; done; return 1; }

# --- which Python -------------------------------------------------------------------------------
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
candidates() {  # every Python in PATH: one shadowed by another's shim may be the one that works
  printf '%s\n' "${PYTHON:-}"
  for name in python3 python3.11 python3.12 python3.13; do
    printf '%s\n' "$PATH" | tr : '\n' | sed "s|\$|/$name|"
  done
}
first_that() {  # first_that CHECK...: the first candidate that passes all checks
  candidates | while IFS= read -r path; do
    [ -x "$path" ] || continue
    passed=yes
    for check in "$@"; do "$check" "$path" </dev/null || { passed=""; break; }; done
    [ -z "$passed" ] || { printf '%s\n' "$path"; break; }
  done
}
find_python() {
  python=$(first_that new_enough makes_venvs)
  [ -n "$python" ] || python=$(first_that new_enough)
}

# --- what is missing of the system's packages ---------------------------------------------------
servers() {  # the versions of PostgreSQL that lie where Debian and Ubuntu put them
  for program in /usr/lib/postgresql/*/bin/initdb; do
    [ ! -e "$program" ] || printf '%s\n' "$program" | cut -d/ -f5
  done | sort -n
}
newest_server() { servers | tail -n 1; }
postgis_here() {
  for server in $(servers); do
    [ ! -e "/usr/share/postgresql/$server/extension/postgis.control" ] || return 0
  done
  [ -z "$(servers)" ] && command -v initdb >/dev/null && command -v postgres >/dev/null &&
    any_file /usr/share/pgsql/extension/postgis.control /usr/share/postgresql*/extension/postgis.control
}
needs_server() { [ "$what" = test ] || [ -z "${UPLAND_DATABASE_URL:-}" ]; }
chinese_font_here() {
  any_file /usr/share/fonts/opentype/noto/NotoSansCJK* /usr/share/fonts/truetype/wqy/* \
    /usr/share/fonts/truetype/arphic/* && return 0
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null)" ]
}
chromium_here() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

[ -w . ] || refuse "$here cannot be written by $(id -un). Use a copy of your own, or change its owner."

# An environment that was moved or whose Python is gone does not work: make it anew.
venv=.venv/bin/python
if [ -e .venv ] && ! { new_enough "$venv" && [ "$(cat .venv/.place 2>/dev/null || printf %s "$here")" = "$here" ]; }; then
  say ".venv was moved or its Python is gone or too old: making it anew"
  rm -rf .venv
fi

packages=""
if needs_server && ! postgis_here; then packages="$packages postgis"; fi
chinese_font_here || packages="$packages fonts-noto-cjk"
if [ ! -e .venv ]; then
  find_python
  if [ -z "$python" ]; then
    if command -v python3 >/dev/null; then
      refuse "$(python3 --version 2>&1 | tail -n 1) is too old; Upland needs Python 3.11 or newer. Install it (on Ubuntu 22.04: apt-get install python3.11 python3.11-venv), or name it: PYTHON=/path/to/python3.11 make …"
    fi
    packages="$packages python3 python3-venv"
  elif ! makes_venvs "$python"; then
    case "$python" in
      */python3.*) packages="$packages ${python##*/}-venv" ;;
      *) packages="$packages python3-venv" ;;
    esac
  fi
fi
if [ "$what" = test ]; then
  chromium_here || packages="$packages chromium"
  # the driver of the browser tests needs it
  any_file /usr/lib/*/libatomic.so.1 /usr/lib64/libatomic.so.1 /usr/lib/libatomic.so.1 || packages="$packages libatomic1"
fi

postgis_package() {  # "postgis" stands for it until the lists of packages are new
  for server in $(newest_server) '[0-9]+'; do
    offered=$(apt-cache search --names-only "^postgresql-$server-postgis-3\$" | cut -d' ' -f1 |
      sort -t- -k2 -n | tail -n 1)
    [ -z "$offered" ] || { printf '%s\n' "$offered"; break; }
  done
}

install_packages() {
  command -v apt-get >/dev/null || refuse "missing:$packages. Install PostgreSQL with PostGIS, Python 3.11 or newer with venv, a Chinese font and (for tests) Chromium with your system's package manager, then run this again."
  root=""
  if [ "$(id -u)" != 0 ]; then
    server=$(newest_server)
    named=$(printf '%s' "$packages" | sed "s/ postgis/ postgresql-${server:+$server-}postgis${server:+-3}/")
    ask="Ask an administrator for: apt-get install$named, then run this again."
    command -v sudo >/dev/null || refuse "missing:$named; you are not root and sudo is not here. $ask"
    root=sudo
    sudo true || refuse "missing:$named; sudo was refused. $ask"
  fi
  quietly $root apt-get update -q || say "the package lists could not be renewed; trying with those that are here"
  case "$packages" in *" postgis"*)
    postgis=$(postgis_package)
    [ -n "$postgis" ] || refuse "no package of PostGIS is on offer here. Install PostgreSQL with PostGIS, or set UPLAND_DATABASE_URL to a server that has it."
    packages=$(printf '%s' "$packages" | sed "s/ postgis/ $postgis/") ;;
  esac
  case "$packages" in *" chromium"*)
    if [ -z "$(apt-cache search --names-only '^chromium$')" ]; then
      packages=$(printf '%s' "$packages" | sed "s/ chromium//")
      say "no package chromium is on offer here: tests in a browser are left out until you install Chromium or Google Chrome"
    fi ;;
  esac
  [ -n "$packages" ] || return 0
  say "installing$packages (a minute or two)"
  apt_install() { quietly $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }
  # A workspace owns its cluster: the distribution need not make and start one of its own.
  clusters=/etc/postgresql-common/createcluster.conf
  case "$packages" in *" postgresql-"*)
    apt_install postgresql-common || refuse "postgresql-common could not be installed; see above."
    [ -e "$clusters.before-upland" ] || $root cp -p "$clusters" "$clusters.before-upland"
    printf 'create_main_cluster = false\n' | $root tee -a "$clusters" >/dev/null ;;
  esac
  failed=""
  # a list of names, to be split
  # shellcheck disable=SC2086
  apt_install $packages || failed=yes
  if [ -e "$clusters.before-upland" ]; then $root mv "$clusters.before-upland" "$clusters"; fi
  [ -z "$failed" ] || refuse "the packages could not be installed:$packages. See the messages above."
}
if [ -n "$packages" ]; then install_packages; fi

# --- the virtual environment --------------------------------------------------------------------
if [ ! -e .venv ]; then
  find_python
  [ -n "$python" ] || refuse "no Python 3.11 or newer is here. Install it, or name it: PYTHON=/path/to/python3.11 make …"
  say "making .venv with $("$python" --version 2>&1)"
  quietly "$python" -m venv .venv || { rm -rf .venv; refuse "the virtual environment could not be made with $python; see above."; }
fi
[ -e .venv/.place ] || printf %s "$here" >.venv/.place

pip_install() { quietly "$venv" -m pip install -q --disable-pip-version-check --no-input "$@"; }
lock=requirements/run.txt
[ "$what" = run ] || lock=requirements/test.txt
want=$(cat requirements/build.txt requirements/run.txt requirements/test.txt pyproject.toml | sha256sum | cut -d' ' -f1)
installed() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$want" ]; }
if ! installed "$what" && ! { [ "$what" = run ] && installed test; }; then
  [ -w .venv ] || refuse "$here/.venv cannot be written by $(id -un): it was made by another user. Remove it or ask its owner."
  say "installing the Python packages of $lock (a minute or two)"
  if ! pip_install --require-hashes -r requirements/build.txt ||
    ! pip_install --require-hashes -r "$lock" ||
    ! pip_install --no-deps --no-build-isolation -e .; then
    refuse "the Python packages could not be installed; see above."
  fi
  printf '%s\n' "$want" >".venv/.installed-$what"
fi

# --- the map assets -----------------------------------------------------------------------------
assets=gis_core/products/assets
if [ -f "$assets/package-lock.json" ]; then
  want=$(cat "$assets/package-lock.json" scripts/build_assets.py | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$assets/vendor/.installed" 2>/dev/null)" != "$want" ]; then
    say "building the map assets"
    build_assets() {
      if ! command -v npm >/dev/null; then  # one for this moment only
        tools=$(mktemp -d)
        pip_install --retries 1 --no-deps --require-hashes -r requirements/assets.txt --target "$tools" || return 1
      fi
      quietly env PYTHONPATH="$tools" "$venv" scripts/build_assets.py
    }
    if build_assets; then
      printf '%s\n' "$want" >"$assets/vendor/.installed"
    else
      say "the map assets were not built (see above): maps take their scripts from the public CDN and need internet"
    fi
  fi
fi
