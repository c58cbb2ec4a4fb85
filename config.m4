dnl phpize && ./configure && make && make install. There are no C sources for phpize to build: cargo makes the module, see Makefile.frag.

PHP_ARG_ENABLE([swoole],
  [whether to enable swoole],
  [AS_HELP_STRING([--enable-swoole], [Enable swoole])],
  [yes])

PHP_ARG_ENABLE([swoole-debug],
  [whether to build swoole without optimisation],
  [AS_HELP_STRING([--enable-swoole-debug], [Build swoole without optimisation])],
  [no],
  [no])

if test "$PHP_SWOOLE" != "no"; then
  AC_PATH_PROG([CARGO], [cargo], [no], [$PATH:$HOME/.cargo/bin])
  if test "$CARGO" = "no"; then
    AC_MSG_ERROR([cargo is needed to build swoole, see https://rustup.rs])
  fi
  if test "$PHP_SWOOLE_DEBUG" = "yes"; then
    SWOOLE_PROFILE=debug
    SWOOLE_CARGO_FLAGS=
  else
    SWOOLE_PROFILE=release
    SWOOLE_CARGO_FLAGS=--release
  fi
  PHP_SUBST([CARGO])
  PHP_SUBST([PHP_CONFIG])
  PHP_SUBST([SWOOLE_PROFILE])
  PHP_SUBST([SWOOLE_CARGO_FLAGS])
  PHP_MODULES="$PHP_MODULES \$(phplibdir)/swoole.la"
  dnl without the two last arguments $(srcdir) would be empty in the fragment
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
