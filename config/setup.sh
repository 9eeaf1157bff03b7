#!/bin/sh
# Make this machine able to run Suar: system packages, then .venv from the lock.
#   sh config/setup.sh [run|test]
# Installs packages as root or with sudo; says what is missing where it may not. Safe to run again:
# with nothing to do it takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- Python ---
python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
done

has_gdal() {
    "$python" -c 'import sys; from ctypes.util import find_library as find
sys.exit(not all(map(find, ["gdal", "geos_c", "proj"])))'
}
has_postgis() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        version=${initdb#/usr/lib/postgresql/}
        [ -x "$initdb" ] && [ -e "/usr/share/postgresql/${version%%/*}/extension/postgis.control" ] && return 0
    done
    # Elsewhere (Homebrew) PostGIS tells when the extension is made.
    [ ! -e /etc/debian_version ] && { have initdb || ls /opt/homebrew/opt/postgresql@*/bin/initdb \
        /usr/local/opt/postgresql@*/bin/initdb >/dev/null 2>&1; }
}
# Of the PDF of an incident: every script that fishers write in.
has_fonts() {
    [ ! -e /etc/debian_version ] || { ls /usr/share/fonts/truetype/noto/NotoSansTamil-Regular.ttf \
        /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf >/dev/null 2>&1; }
}
has_browser() { have chromium || have chromium-browser || have google-chrome; }

# --- What is missing ---
missing=
want() { missing="$missing $1"; }
find_missing() {
    missing=
    [ -n "$python" ] || want python3
    if ! have uv && [ ! -x .venv/bin/python ]; then
        { [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; } || want python3-venv
    fi
    [ -n "${DATABASE_URL:-}" ] || has_postgis || want postgis
    [ -n "${REDIS_URL:-}" ] || have redis-server || want redis-server
    { [ -n "$python" ] && has_gdal; } || want gdal
    has_fonts || want fonts
    have msgfmt || want gettext
    if [ "$purpose" = test ] && [ "${SUAR_BROWSER:-1}" = 1 ]; then has_browser || want chromium; fi
    return 0
}

# The names of Debian's and Ubuntu's packages for what is missing.
apt_names() {
    for name in $missing; do
        case $name in
        postgis)
            module=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -1)
            module=${module:-postgresql-postgis}
            version=${module#postgresql-}
            echo "postgresql-${version%-postgis-3} $module"
            ;;
        fonts) echo "fonts-noto-core fonts-droid-fallback" ;;
        gdal) echo "gdal-bin libgeos-c1v5 proj-bin" ;;
        chromium)
            # Ubuntu's package is an empty one that fetches a snap: no use in a container.
            grep -q '^ID=ubuntu' /etc/os-release || echo chromium
            ;;
        *) echo "$name" ;;
        esac
    done | tr '\n' ' '
}

say_by_hand() {
    die "missing here:$missing. Install with
  Debian, Ubuntu:  $1
  macOS:           brew install python@3.12 postgresql@16 postgis gdal redis gettext
then run the same command again."
}

# No cluster and no service of the system's own comes up as a side effect: Suar starts private ones.
blocked=
block_services() {
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' | $sudo tee /usr/sbin/policy-rc.d >/dev/null
        $sudo chmod 755 /usr/sbin/policy-rc.d
        blocked="$blocked /usr/sbin/policy-rc.d"
    fi
    drop_in=/etc/postgresql-common/createcluster.d/suar.conf
    $sudo mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' | $sudo tee "$drop_in" >/dev/null
    blocked="$blocked $drop_in"
    trap unblock_services EXIT INT TERM
}
unblock_services() {
    # shellcheck disable=SC2086  a list of paths without spaces
    [ -z "$blocked" ] || $sudo rm -f $blocked
    blocked=
}

install_packages() {
    sudo=
    have apt-get || say_by_hand 'apt-get install postgresql-postgis redis-server gdal-bin python3-venv gettext fonts-noto-core fonts-droid-fallback'
    if [ "$(id -u)" != 0 ]; then
        { have sudo && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; } ||
            say_by_hand "sudo apt-get update && sudo apt-get install $(apt_names)"
        sudo=sudo
    fi
    say "installing what is missing:$missing (apt-get)"
    log=$(mktemp)
    $sudo apt-get update -q >"$log" 2>&1 || say "apt-get update had trouble; going on with the lists at hand"
    names=$(apt_names)
    block_services
    say "apt-get install $names(log: $log)"
    # shellcheck disable=SC2086  a list of names
    if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $names \
        >>"$log" 2>&1 </dev/null; then
        tail -20 "$log" >&2
        unblock_services
        say_by_hand "apt-get install $names"
    fi
    unblock_services
    # Redis would come up at the next boot otherwise; nobody here asked for that.
    case " $missing " in *" redis-server "*)
        if have systemctl; then $sudo systemctl disable redis-server >/dev/null 2>&1 || true; fi ;;
    esac
    python=${python:-$(command -v python3)}
}

find_missing
if [ -n "$missing" ]; then
    install_packages
    before=$missing
    find_missing
    [ "$missing" = " chromium" ] && say "no browser here: the tests that need one are skipped" && missing=
    [ -z "$missing" ] || die "still missing after the installation:$missing (asked for:$before)"
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is needed; found $("$python" --version). Set PYTHON= to one."

# --- The words of the pages ---
sh config/compile_words.sh

# --- .venv from the lock: by content, so that a pulled lock is installed and nothing else is ---
lock=requirements.lock
[ "$purpose" = test ] && lock=requirements-dev.lock
stamp_of() { cksum "$1" | cut -d' ' -f1,2; }
if [ -x .venv/bin/python ]; then
    for stamp in .venv/installed-requirements-dev.lock ".venv/installed-$lock"; do
        if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(stamp_of "${stamp#.venv/installed-}")" ]; then exit 0; fi
    done
fi
say "installing $lock into .venv"
rm -f .venv/installed-*
if have uv; then
    export UV_PYTHON_DOWNLOADS=never
    [ -x .venv/bin/python ] || uv venv -q --python "$python" .venv
    # Bytecode now: else a process that may not write it reads all of numba's source at each start, over a second.
    uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes --no-deps -r "$lock"
else
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$lock"
fi
say "compiling the search for ways by sea"
.venv/bin/python -m alerts.searoutes.pilot
stamp_of "$lock" >".venv/installed-$lock"
