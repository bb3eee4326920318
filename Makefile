# Everything is started from here: `make help` lists it.

.DEFAULT_GOAL := help
SHELL := /bin/bash

# Where `make run` puts what it starts: the site is at BASE_PORT+80 (scripts/run has the rest of the layout).
BASE_PORT ?= 8000
# What `make simulate` plays: how many seeds, from which on.
SEEDS ?= 200
FROM ?= 1
# How long each fuzz target runs.
SECONDS ?= 60
JOBS ?= $(shell nproc)

BUILD := swift build -j $(JOBS) --explicit-target-dependency-import-check error

.PHONY: help setup build run test chaos rehearsal mutants simulate bench fuzz lint format clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that are missing (all the others do this first)
	@scripts/setup

build: setup ## Build the programs, optimized: .build/release/waitingroom and crowd
	$(BUILD) -c release --product waitingroom
	$(BUILD) -c release --product crowd

run: setup ## Demo site, waiting room and nginx on BASE_PORT (8000) and up, until Ctrl-C
	@scripts/run $(BASE_PORT)

test: setup ## Build everything and run all tests
	$(BUILD) --build-tests
	swift test --skip-build --disable-xctest
	@Tests/Mutants/run

mutants: setup ## Show that the simulator finds each of the deliberate bugs in Tests/Mutants
	@Tests/Mutants/run

simulate: setup ## Play SEEDS (200) worlds of visitors, nodes and stores that misbehave, and one of a million visitors
	$(BUILD) -c release --product simulate
	.build/release/simulate --from $(FROM) --seeds $(SEEDS)
	.build/release/simulate --scenario million --seed 1

chaos: setup ## A sale on a real Redis and PostgreSQL, under each fault, on four nodes; says what was kept
	$(BUILD) -c release --product chaos
	.build/release/chaos --tickets 100000 --rate 1500
	.build/release/chaos --fault all
	.build/release/chaos --tickets 100000 --rate 1000 --ghosts 2 --ghosts-after 3 --abandon-after 12 --claim-window 6

rehearsal: setup ## 20,000 visitors before two nodes and one Redis, which is killed in the middle (VISITORS, RATE, MAX_ACTIVE)
	@scripts/rehearsal

bench: setup ## Measure against nginx and haproxy; writes Benchmarks/results.json
	@python3 Benchmarks/bench.py $(BENCH)

fuzz: setup ## Run each fuzz target for SECONDS (60)
	@Fuzz/run --seconds $(SECONDS) $(FUZZ)

lint: setup ## Format and syntax of all sources
	@scripts/lint

format: setup ## Write all Swift sources in the house's format
	swift format -i -r Package.swift Sources Tests Benchmarks Fuzz

clean: ## Remove what was built
	rm -rf .build Benchmarks/.build Fuzz/.build Fuzz/work
