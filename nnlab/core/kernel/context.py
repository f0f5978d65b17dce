"""The machine's integer context: what a kernel may ask for besides tensors and settings.

A kernel that names one of `CONTEXT_ARGUMENTS` among its arguments receives that word. The first words are
also the machine's own position in the run, so a snapshot of (parameters, moments, context) is a whole state.
"""

ROWS = 0  # samples in the current batch
ITERATION = 1  # optimiser steps completed since the rewind
SEED = 2
TRAINING = 3  # 1 while training, 0 while predicting (dropout, batch norm)
EPOCH = 4  # epochs completed
BATCH = 5  # batches completed within the epoch
BATCH_SIZE = 6
SAMPLES = 7  # training samples
BATCH_START = 8  # first position of the current batch within the epoch's order
PC = 9  # next instruction of the current step
ACCUMULATED = 10  # batches of this update that came before the current one
UPDATE_BATCH = 11  # `BATCH` ...
UPDATE_START = 12  # ... and `BATCH_START` as they were when the update's first batch began
CONTEXT_WORDS = 16

CONTEXT_ARGUMENTS = {
    "iteration": ITERATION, "seed": SEED, "training": TRAINING, "epoch": EPOCH, "rows": ROWS, "batch_start": BATCH_START,
    "samples": SAMPLES, "accumulated": ACCUMULATED,
}  # fmt: skip
