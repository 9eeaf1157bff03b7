# Suar's commands. `make demo` and `make test` need git, make and Python 3.11+; the rest they install.
# PORT= moves the port; DATABASE_URL= and REDIS_URL= name servers to use in place of private ones.

.DEFAULT_GOAL := help
.PHONY: help setup services run demo test fuzz faults lint fmt bench schema words lock stop clean
MAKEFLAGS += --no-print-directory
python := .venv/bin/python
export ONCE PORT DATABASE_URL REDIS_URL
# An empty variable counts as not set.
unexport_if_empty = $(if $($(1)),,$(eval unexport $(1)))
$(foreach name,ONCE PORT DATABASE_URL REDIS_URL,$(call unexport_if_empty,$(name)))

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: ## install system packages and .venv, for tests too
	@sh config/setup.sh test

services: setup ## start the private PostgreSQL + PostGIS and Redis
	@$(python) -m config.localservices start

run: ## serve: web, dispatcher, auditor, worker and beat, at http://127.0.0.1:8000/
	@sh config/setup.sh run
	@$(python) -m config.supervise run

demo: ## serve and tell one report's story; ONCE=1 ends after it
	@sh config/setup.sh run
	@$(python) -m config.supervise demo

test: setup ## run the tests on their own fast database, in two processes; ARGS= goes to pytest
	@$(python) -m pytest -n 2 --dist loadfile $(ARGS)

fuzz: setup ## search for cases that break a property, other ones each time; ARGS= goes to pytest
	@$(python) -m pytest -m hypothesis --hypothesis-profile=search --hypothesis-show-statistics $(ARGS)

faults: setup ## kill the service under load and count; SEED= REPORTS= KILLS= MINUTES=, SHORT=1 for three minutes
	@$(python) -m tests.faults $(if $(SHORT),--short,--write) $(if $(SEED),--seed $(SEED)) $(if $(REPORTS),--reports $(REPORTS)) $(if $(KILLS),--kills $(KILLS)) $(if $(MINUTES),--minutes $(MINUTES))

lint: setup ## style, direction of imports, missing migrations, production settings
	@sh .ci/lint

fmt: setup ## format the code
	@$(python) -m ruff check --fix --select I .
	@$(python) -m ruff format .

bench: setup ## measure: every tests/bench/bench_*.py in turn
	@set -e; for file in tests/bench/bench_*.py; do echo "== $$file"; $(python) -m "$$(echo $${file%.py} | tr / .)"; done

schema: setup ## write the OpenAPI description to docs/openapi.yaml
	@$(python) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

words: setup ## find the words of the pages for locale/*/LC_MESSAGES/*.po; translate what is empty there
	@$(python) manage.py makemessages -v 0 --no-location --no-wrap --no-obsolete -l ms -l id -l fil -i tests -i docs -i var -i .venv

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

stop: ## stop what `make run`, `make demo` and `make test` left running
	@test ! -x $(python) || $(python) -m config.supervise stop

clean: stop ## delete the private databases, all data in them, and .venv
	@test ! -x $(python) || { $(python) -m config.localservices clean && $(python) -m config.localservices clean --fast; }
	rm -rf .venv var/static var/demo.log .pytest_cache .ruff_cache .import_linter_cache .hypothesis
