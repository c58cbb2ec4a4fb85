# `make test` reads dlname from the .la file; `make install` removes it and installs what is in modules/.
$(phplibdir)/swoole.la: swoole-cargo
	@$(mkinstalldirs) $(phplibdir)
	cp $(builddir)/target/$(SWOOLE_PROFILE)/libswoole.so $(phplibdir)/.swoole.so.new && mv -f $(phplibdir)/.swoole.so.new $(phplibdir)/swoole.so
	@echo "dlname='swoole.so'" > $@

# cargo knows what is up to date. ext-php-rs wants an absolute path to php-config.
.PHONY: swoole-cargo
swoole-cargo:
	cd $(srcdir) && PHP_CONFIG="$$(command -v $(PHP_CONFIG))" PHP="$(PHP_EXECUTABLE)" CARGO_TARGET_DIR="$(builddir)/target" \
		$(CARGO) build --locked --package swoole $(SWOOLE_CARGO_FLAGS)
