# Two commands do all: `make demo` and `make test`. Each creates the environment it needs, once.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# one test process a core; `auto` would count a core with two threads once
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: demo test lint unit deep bench docs lock locks wheel bundle offline clean

demo: $(READY)
	$(BIN)/jixiao evaluate examples/hubei-gcc-2021.txt
	@mkdir -p out
	@$(BIN)/jixiao evaluate examples/hubei-gcc-2021.txt --format json --out out/result.json
	@$(BIN)/jixiao evaluate examples/hubei-gcc-2021.txt --format markdown --out out/result.md
	@$(BIN)/jixiao read examples/hubei-gcc-2021.txt --format yaml --out out/record.yaml
	@$(BIN)/jixiao report examples/hubei-gcc-2021.txt --out out/report >/dev/null
	@echo
	@echo "接下来可以看："
	@echo "  out/report/report.html  核对结果网页：用浏览器打开"
	@echo "  out/report/*.docx  四份自评报告的草稿：用 Word 或 WPS 打开"
	@echo "  out/result.md      每个指标的得分与依据"
	@echo "  out/result.json    完整结果（供程序读取）"
	@echo "  out/record.yaml    读出的申报记录：每一格的原文和出处"
	@echo "  policies/hubei/2021/  评分规则（YAML），已发布，请勿直接改；想改一个数试试，照 docs/tutorial.md 做一个新年度的："
	@echo "    $(BIN)/jixiao policy new hubei/2023 --from hubei/2022 --into 我的政策"
	@echo "  $(BIN)/jixiao explain examples/hubei-gcc-2021.txt --indicator 组织商会培训"

test: lint unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# the full counts of which `make test` tries a sample: fuzzes, sweeps, generated forms; their figures at the end (hours)
deep: $(READY)
	JIXIAO_DEEP=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal -m deep --hypothesis-show-statistics

bench: $(READY)
	$(BIN)/python benchmarks/commands.py
	$(BIN)/python benchmarks/findings.py
	$(BIN)/python benchmarks/readers.py
	$(BIN)/python benchmarks/rollup.py
	$(BIN)/python benchmarks/corpus.py --copies 10
	$(BIN)/python benchmarks/line.py

# Versions come from requirements.lock. durable-rules is source only and needs a C compiler: where it cannot be built, the
# plain matcher gives the same verdicts, and the result says which one ran. CPPFLAGS: a name Python 3.13 took away.
$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, found " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	CPPFLAGS='-DPyEval_CallObject=PyObject_CallObject' $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint requirements.lock durable-rules \
		|| echo "durable-rules could not be built (it needs a C compiler): going on with the plain matcher"
	@touch $(READY)

# after a change of the shipped policies: make locks REASON="…"
locks: $(READY)
	$(BIN)/jixiao policy publish --all --amend "$(or $(REASON),$(error say why: make locks REASON=...))"

docs: $(READY)
	$(BIN)/python docs/make_pages.py

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --all-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		--output-file requirements.lock pyproject.toml

wheel: $(READY)
	$(BIN)/python -m build --wheel

# a folder that runs without Python, for the system this is run on (docs/installing.md)
PACKED := duckdb pyarrow jsonschema-rs uvicorn fastapi argon2-cffi ofdkit mcp
bundle: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pyinstaller>=6.11,<7'
	rm -rf dist/bundle && mkdir -p dist/bundle
	$(BIN)/pyinstaller --noconfirm --log-level WARN --onedir --name jixiao --distpath dist/bundle --workpath build/bundle \
		--specpath build --paths "$(CURDIR)" --collect-submodules engine --collect-submodules uvicorn \
		--collect-all z3 --collect-all ofdkit --collect-data docxtpl --collect-data docx \
		--recursive-copy-metadata jixiao $(foreach name,$(PACKED),--copy-metadata $(name)) --exclude-module tkinter --exclude-module pyspark \
		$(foreach kind,policies schemas templates examples,--add-data "$(CURDIR)/$(kind):engine/shipped/$(kind)") engine/cli/packed.py
	cp docs/installing.md dist/bundle/jixiao/
	dist/bundle/jixiao/jixiao selftest

# every package that an installation without a network needs; for another system: make offline FOR=windows, FOR=linux-aarch64
EXTRAS := corpus mcp ofd workbench
SYSTEM_windows := x86_64-pc-windows-msvc
WHEELS_windows := win_amd64
SYSTEM_linux-aarch64 := aarch64-manylinux_2_28
WHEELS_linux-aarch64 := manylinux_2_38_aarch64 manylinux_2_28_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64
offline: wheel
	rm -rf dist/offline && mkdir -p dist/offline
	cp $$(ls -t dist/jixiao-*.whl | head -1) docs/installing.md dist/offline/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet $(EXTRAS:%=--extra %) --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		$(if $(FOR),--python-platform $(or $(SYSTEM_$(FOR)),$(error FOR is windows or linux-aarch64))) \
		--constraint requirements.lock --output-file dist/offline/requirements.txt pyproject.toml
ifdef FOR
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
		$(WHEELS_$(FOR):%=--platform %) --dest dist/offline --requirement dist/offline/requirements.txt
else
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist/offline --requirement dist/offline/requirements.txt
	CPPFLAGS='-DPyEval_CallObject=PyObject_CallObject' $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
		--constraint requirements.lock --wheel-dir dist/offline durable-rules || echo "durable-rules could not be built: the plain matcher serves"
endif
	cd dist/offline && sha256sum *.whl > SHA256SUMS

clean:
	rm -rf $(VENV) out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
