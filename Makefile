# `make serve` and `make test` need python3 (>= 3.11) with venv, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Not compiled ahead: much of what is installed is never imported.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: serve test torture explore pages lint bench clean
.DEFAULT_GOAL := serve

serve: $(VENV)/.installed
	@test -e "$${WENBAO_LIBRARY:-library}/CURRENT" || $(BIN)/wenbao add reports/*.txt
	$(BIN)/wenbao serve

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Kills, full disks and damaged files by the hundred: what `make test` shows once of each kind.
torture: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m torture -s

# New examples for every property, over all reports at hand.
explore: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=explore

# The page over twenty reports and over one, at a desk's size and a phone's.
pages: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m pages

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.run

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更高版本：make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "无法创建虚拟环境，Debian/Ubuntu 请先安装：apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "正在安装依赖（首次约需几分钟）……"
	$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo "正在安装依赖（首次约需几分钟）……"
	$(INSTALL) -e '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
