# Entry points; `make help` lists them. Each sets up what it needs first, once.
#
# make itself ends with status 2 whatever a recipe's status was. A script that must tell a mismatch (1)
# from bad input (2) and an incomplete check (3) runs `.venv/bin/python -m tb.verify`, or reads the
# "verdict" in build/verify/*.json.

PYTHON ?= python3
SIM ?= verilator
JOBS ?= $(shell nproc)

VENV := .venv
TF_VENV := .venv-tf
RUN := $(VENV)/bin/python
SETUP := tb/setup

# A misspelt variable must not quietly check something else than was asked for.
VARIABLES := PYTHON SIM JOBS MODEL INPUT SEED RUNS NUMERICS CHAIN FOLD SUITE DATAPATH RTL TOP ADAPTER \
  IC_LANES OC_LANES PARTIAL ARGS KEEP DATA SCHEME OUT LABELS FAMILY TOLERANCE SAMPLES REPLAY
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
ifneq ($(filter-out $(VARIABLES),$(GIVEN)),)
  $(error unknown variable $(filter-out $(VARIABLES),$(GIVEN)); known are $(VARIABLES))
endif

# Nor must a switch that is neither on nor off.
FLAGS := CHAIN FOLD PARTIAL KEEP
UNCLEAR := $(foreach flag,$(FLAGS),$(if $(filter-out 0 1,$($(flag))),$(flag)=$($(flag))))
ifneq ($(strip $(UNCLEAR)),)
  $(error $(strip $(UNCLEAR)): each of $(FLAGS) is 0 or 1)
endif

VERIFY_OPTIONS = --sim '$(SIM)' --jobs '$(JOBS)' $(if $(MODEL),--model '$(MODEL)') \
  $(if $(INPUT),--input '$(INPUT)') $(if $(SEED),--seed '$(SEED)') \
  $(if $(RUNS),--runs '$(RUNS)') $(if $(NUMERICS),--numerics '$(NUMERICS)') \
  $(if $(filter 1,$(CHAIN)),--chain) $(if $(filter 0,$(FOLD)),--no-fold) \
  $(if $(SUITE),--suite '$(SUITE)') $(if $(filter 1,$(PARTIAL)),--partial) \
  $(if $(DATAPATH),--datapath '$(DATAPATH)') $(if $(RTL),--rtl '$(RTL)') $(if $(TOP),--top '$(TOP)') \
  $(if $(ADAPTER),--adapter '$(ADAPTER)') \
  $(if $(IC_LANES),--ic-lanes '$(IC_LANES)') $(if $(OC_LANES),--oc-lanes '$(OC_LANES)')

.DEFAULT_GOAL := verify
.DELETE_ON_ERROR:
.PHONY: verify test golden check-golden conformance fuzz lint bench quantize parity sweep ristretto train-table qat-table keras-table test-tensorflow builds wavenet demo-network wavenet-network icarus clean distclean help

verify: $(VENV)/verify.stamp $(if $(filter icarus,$(SIM)),icarus) ## check a network on the RTL, layer by layer: MODEL=a.tflite INPUT=x.npy SEED=1 RUNS=20 NUMERICS=litert-ref CHAIN=1 FOLD=0 SIM=icarus JOBS=2 PARTIAL=1, or SUITE=name; the demo network by default; DATAPATH=dfp8 or file.json brings a float network to another number format; RTL=dir TOP=name ADAPTER=module for another DUT
	@$(RUN) -m tb.verify $(VERIFY_OPTIONS)

test: $(VENV)/test.stamp icarus ## run all tests on both simulators; ARGS go to pytest
	@$(RUN) -m pytest tb -n '$(JOBS)' $(ARGS)

test-tensorflow: $(TF_VENV)/tensorflow.stamp ## run the tests of the Keras layers, with TensorFlow; ARGS go to pytest
	@$(TF_VENV)/bin/python -m pytest --confcutdir tb/tensorflow tb/tensorflow $(ARGS)

golden: $(VENV)/verify.stamp ## make the golden vectors again
	@$(RUN) -m golden.generate

check-golden: $(VENV)/verify.stamp ## check the golden vectors against their files' hashes, the model and the oracle
	@$(RUN) -m golden.check

conformance: $(VENV)/verify.stamp ## measure which rounding rule each LiteRT kernel follows, and write the map
	@$(RUN) -m golden.conformance

fuzz: $(VENV)/verify.stamp ## mutate .tflite files and see each read or refused: ARGS='--mutants 100000'
	@$(RUN) -m tb.fuzz $(ARGS)

lint: $(VENV)/lint.stamp icarus ## check the style and types of Python, and the RTL with both simulators' warnings
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(RUN) -m tb.lint_rtl

bench: $(VENV)/verify.stamp ## measure simulation speed and utilisation
	@$(RUN) -m tb.bench

quantize: $(VENV)/$(if $(filter --no-plot,$(ARGS)),verify,sweep).stamp ## bring a float network to a datapath, for make verify: MODEL=float.tflite DATA=calibration.npy SCHEME=min_max, percentile:99.9, mse or kl DATAPATH=dfp8 OUT=folder; the demo network by default; a table, .json and .png say what each step costs
	@$(RUN) -m tb.quantize $(if $(MODEL),--model '$(MODEL)') $(if $(DATA),--data '$(DATA)') \
	  $(if $(SCHEME),--scheme '$(SCHEME)') $(if $(DATAPATH),--datapath '$(DATAPATH)') \
	  $(if $(OUT),--out '$(OUT)') $(ARGS)

parity: $(VENV)/verify.stamp ## compare int8 by TensorFlow's converter and by this project, field by field; ARGS='--network all' for more networks
	@$(RUN) -m tb.parity $(ARGS)

sweep: $(VENV)/sweep.stamp $(if $(filter icarus,$(SIM)),icarus) ## run the demo network's float weights in every preset, and in every width of weights, activations and sums: tables and plots of accuracy and noise against bits, and which are enough; ARGS='--datapath dfp8' for one, ARGS='--only widths'
	@$(RUN) -m tb.sweep --sim '$(SIM)' --jobs '$(JOBS)' $(if $(RUNS),--runs '$(RUNS)') $(ARGS)

# The layers are small: threads of the matrix product would mostly wait for each other.
ristretto: $(VENV)/$(if $(filter --no-plot,$(ARGS)),verify,sweep).stamp ## find the fewest bits that keep a float network's score, and fine-tune the demo network in them: FAMILY=dfp, pow2 or minifloat, all by default; TOLERANCE=1.0 points; MODEL=float.tflite DATA=inputs.npy LABELS=labels.npy for another network
	@OPENBLAS_NUM_THREADS=1 $(RUN) -m tb.ristretto $(if $(MODEL),--model '$(MODEL)') \
	  $(if $(DATA),--data '$(DATA)') $(if $(LABELS),--labels '$(LABELS)') \
	  $(if $(FAMILY),--family '$(FAMILY)') $(if $(TOLERANCE),--tolerance '$(TOLERANCE)') $(ARGS)

train-table: $(VENV)/sweep.stamp ## train on the digits with low-precision multiplications: a table and a plot of error against bits; ARGS='--parameter-bits 4,8,16' for less
	@$(RUN) -m tb.training.low_precision $(ARGS)

qat-table: $(VENV)/verify.stamp ## train on the digits through fake quantisation: a table of error against quantising after training
	@$(RUN) -m tb.training.fake_quantisation $(ARGS)

keras-table: $(TF_VENV)/tensorflow.stamp ## train the demo network through datapaths of few bits, with TensorFlow: a table of accuracy against quantising after training
	@TF_CPP_MIN_LOG_LEVEL=2 $(TF_VENV)/bin/python -m tb.tensorflow.digits_table $(ARGS)

builds: $(VENV)/verify.stamp ## list the simulation binaries built so far, with their time
	@$(RUN) -m tb.builds

# A sample is a hundred small matrix products: threads would mostly wait for each other.
wavenet: $(VENV)/$(if $(filter --no-plot,$(ARGS)),verify,sweep).stamp $(if $(filter icarus,$(SIM)),icarus) ## verify the WaveNet on the RTL, generate audio by it, and repeat REPLAY=1000 samples on the RTL with its own outputs fed back: SAMPLES=16000 of each stream, SEED=n; .wav files, spectrograms, and figures that tell speech from noise
	@OPENBLAS_NUM_THREADS=1 $(RUN) -m tb.wavenet --sim '$(SIM)' --jobs '$(JOBS)' $(if $(SAMPLES),--samples '$(SAMPLES)') \
	  $(if $(SEED),--seed '$(SEED)') $(if $(REPLAY),--replay '$(REPLAY)') $(ARGS)

demo-network: $(TF_VENV)/tensorflow.stamp ## make the demo networks again, with TensorFlow
	@$(TF_VENV)/bin/python -m golden.demo.train_digits
	@$(TF_VENV)/bin/python -m golden.demo.convert_open_batch
	@$(TF_VENV)/bin/python -m golden.demo.save_training_digits
	@$(TF_VENV)/bin/python -m golden.parity.convert_networks
	@$(TF_VENV)/bin/python -m golden.parity.convert_ranges

wavenet-network: $(TF_VENV)/tensorflow.stamp ## train the WaveNet again, with TensorFlow, on speech that espeak-ng and alsa-utils must be installed for; ARGS='--weights build/wavenet/weights.npz' converts and measures alone
	@$(TF_VENV)/bin/python -m golden.wavenet.train_wavenet $(ARGS)

clean: ## remove all that was built; the virtual environments stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find golden pymodel tb -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and remove the virtual environments
	rm -rf $(VENV) $(TF_VENV)

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name text; do \
	  printf 'make %-15s %s\n' "$$name" "$$text"; \
	done

$(VENV)/bin/python:
	@PYTHON='$(PYTHON)' $(SETUP)/venv.sh $(VENV)

$(VENV)/verify.stamp: requirements.txt | $(VENV)/bin/python
	@$(SETUP)/packages.sh $(VENV) $<
	@$(SETUP)/simulation.sh $(VENV)
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/verify.stamp
	@$(SETUP)/packages.sh $(VENV) $<
	@touch $@

$(VENV)/sweep.stamp: requirements/sweep.txt $(VENV)/verify.stamp
	@$(SETUP)/packages.sh $(VENV) $<
	@touch $@

$(VENV)/lint.stamp: requirements/lint.txt $(VENV)/test.stamp
	@$(SETUP)/packages.sh $(VENV) $<
	@touch $@

$(TF_VENV)/bin/python:
	@PYTHON='$(PYTHON)' $(SETUP)/tensorflow.sh
	@PYTHON='$(PYTHON)' $(SETUP)/venv.sh $(TF_VENV)

$(TF_VENV)/tensorflow.stamp: requirements/tensorflow.txt | $(TF_VENV)/bin/python
	@$(SETUP)/packages.sh $(TF_VENV) $<
	@touch $@

icarus:
	@$(SETUP)/icarus.sh
