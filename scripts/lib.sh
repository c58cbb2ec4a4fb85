# What scripts/run and scripts/test share: finding or installing what the build needs, and the build itself. To be sourced.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "This needs root, and there is no sudo: $*"
    fi
}

has_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] || ldconfig -p 2>/dev/null | grep -q libclang || compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null
}

# Installs, on Debian and its kin, what is not there; `setup tests` also what only tests need. PHP_CONFIG (and PHP) name another PHP than the one of the PATH.
setup() {
    if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    command -v cargo >/dev/null || die "A Rust toolchain (1.88 or later) is needed: see https://rustup.rs"

    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    has_libclang || missing+=(libclang-dev)
    if [ -z "${PHP_CONFIG:-}" ]; then
        command -v php >/dev/null || missing+=(php-cli)
        command -v php-config >/dev/null || missing+=(php-dev)
        # For the tests alone, which leave out what needs it where it is not.
        [ "${1:-}" != tests ] || command -v redis-server >/dev/null || missing+=(redis-server)
        [ "${1:-}" != tests ] || compgen -G '/usr/sbin/php-fpm*' >/dev/null || missing+=(php-fpm)
        # It loads itself into every php unless told not to, which the tests that load it themselves do without.
        [ "${1:-}" != tests ] || compgen -G '/usr/lib/php/*/xdebug.so' >/dev/null || missing+=(php-xdebug)
    fi
    # What TLS is tested with: keys, certificates, and another one's client and server.
    [ "${1:-}" != tests ] || command -v openssl >/dev/null || missing+=(openssl)
    if [ "${#missing[@]}" -gt 0 ]; then
        command -v apt-get >/dev/null || die "Missing, to be installed by hand: ${missing[*]}"
        say "Installing ${missing[*]}"
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
        case " ${missing[*]} " in *" php-xdebug "*) as_root phpdismod xdebug ;; esac
    fi

    # What the user did not set stays unset for cargo, so that a plain `cargo build` and these scripts share their work.
    if [ -n "${PHP_CONFIG:-}" ]; then
        PHP_CONFIG=$(command -v "$PHP_CONFIG") || die "There is no $PHP_CONFIG"
        export PHP_CONFIG
    fi
    if [ -n "${PHP:-}" ]; then export PHP; fi
    CONFIG=${PHP_CONFIG:-php-config}
    BINARY=${PHP:-$("$CONFIG" --php-binary)}
    BINARY=$(command -v "$BINARY" || command -v php) || die "No php: set PHP"
    EXTENSION=$PWD/${CARGO_TARGET_DIR:-target}/release/libswoole.so
    case "${CARGO_TARGET_DIR:-}" in /*) EXTENSION=$CARGO_TARGET_DIR/release/libswoole.so ;; esac
}

build() {
    cargo build --locked --release --package swoole
}

run_tests() {
    local place
    for place in "$("$CONFIG" --extension-dir)/build" "$("$CONFIG" --prefix)/lib/php/build"; do
        if [ -f "$place/run-tests.php" ]; then
            echo "$place/run-tests.php"
            return
        fi
    done
    die "No run-tests.php beside $CONFIG"
}

# Runs phpt cases or folders of them, with options of run-tests.php before them; without arguments all cases.
phpt() {
    local runner output
    runner=$(run_tests)
    output=$(mktemp)
    # Cases wait for servers more than they compute.
    local jobs=${PHPT_JOBS:-$((2 * $(nproc)))}
    NO_INTERACTION=1 TEST_PHP_EXECUTABLE=$BINARY "$BINARY" -n "$runner" -q -n -j"$jobs" -g FAIL,BORK,LEAK,WARN --show-diff \
        -d extension="$EXTENSION" "${@:-tests/phpt}" 2>&1 | tee "$output"
    local status=${PIPESTATUS[0]}
    # A run that found no case has shown nothing.
    if ! grep -Eq '^Tests passed +: +[1-9]' "$output" || grep -Eq '^Tests leaked +: +[1-9]' "$output"; then status=1; fi
    rm -f "$output"
    return "$status"
}
