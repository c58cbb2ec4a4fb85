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
        command -v php >/dev/null || missing+=(php8.2-cli)
        command -v php-config >/dev/null || missing+=(php8.2-dev)
        # For the tests alone, which leave out what needs it where it is not.
        [ "${1:-}" != tests ] || command -v redis-server >/dev/null || missing+=(redis-server)
        [ "${1:-}" != tests ] || compgen -G '/usr/sbin/php-fpm*' >/dev/null || missing+=(php8.2-fpm)
    fi
    if [ "${#missing[@]}" -gt 0 ]; then
        command -v apt-get >/dev/null || die "Missing, to be installed by hand: ${missing[*]}"
        say "Installing ${missing[*]}"
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
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
