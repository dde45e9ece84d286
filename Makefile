# Deskbridge's commands; `make help` lists them. Needs only Python 3.12 or newer.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-sqlite test-postgresql check bench lock messages clean environment
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadgroup
# An installation is named after its requirements: changed ones are installed anew, the same ones are there at once.
stamp = .venv/.$(1)-$(shell cat requirements.txt $(2) | cksum | tr ' ' '-')
RUNTIME := $(call stamp,runtime,)
CHECKED := .venv/checked
DEV := $(call stamp,dev,requirements-dev.txt)

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(RUNTIME) ## start everything in the foreground; Ctrl-C stops it (DESK_PORT=8000, DESK_VAR=var)
	@exec $(BIN)/python -m project.run

test: test-sqlite test-postgresql ## run all tests, with a browser, on SQLite and on PostgreSQL

test-sqlite: $(DEV)
	$(PYTEST) $(ARGS)

test-postgresql: $(DEV)
	@$(BIN)/python -m tests.postgres || [ -z "$$CI" ]
	@if $(BIN)/python -m tests.postgres >/dev/null; then DESK_TEST_DATABASE=postgresql $(PYTEST) $(ARGS); fi

check: $(DEV) ## check style, types, imports, migrations and the deployment settings
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	@DESK_VAR=$(CHECKED) $(BIN)/python -m project.keys
	DESK_VAR=$(CHECKED) $(BIN)/python manage.py makemigrations --check --dry-run
	DESK_VAR=$(CHECKED) DESK_HTTPS=on DESK_TRUSTED_PROXIES=127.0.0.1 DESK_EMAIL_URL=smtp://localhost $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(DEV) ## measure; see benchmarks/README.md
	$(BIN)/python -m benchmarks

lock: ## write requirements*.txt anew from requirements*.in (needs uv)
	uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

messages: $(DEV) ## collect what is shown on screen into locale/ and compile it (needs GNU gettext)
	@DESK_VAR=$(CHECKED) $(BIN)/python -m project.keys
	DESK_VAR=$(CHECKED) $(BIN)/python manage.py makemessages --all --no-obsolete --add-location file --ignore .venv --ignore tests --ignore benchmarks
	@for po in locale/*/LC_MESSAGES/*.po; do sed '/^"POT-Creation-Date/d' $$po >$$po.new && mv $$po.new $$po; done
	DESK_VAR=$(CHECKED) $(BIN)/python manage.py compilemessages --ignore .venv

clean: ## remove the environment and caches; var/, which holds your data, stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots

$(RUNTIME): | environment
	@echo "Installing what Deskbridge runs on …"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.txt
	@touch $@

$(DEV): | environment
	@echo "Installing what the tests and checks need …"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.txt
	@touch $@ $(RUNTIME)

# The environment is made once; a Python that is named is looked at each time.
environment:
	@[ -z "$(PYTHON)" ] || .ci/find-python "$(PYTHON)" >/dev/null
	@.ci/find-python $(BIN)/python >/dev/null 2>&1 || { \
	  python=$$(.ci/find-python "$(PYTHON)") || exit 1; \
	  rm -rf .venv && "$$python" -m venv .venv && exit 0; \
	  rm -rf .venv; echo "This Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
