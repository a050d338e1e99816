"""How a notebook is executed: the one module that decides it, for build and grading alike."""

import os
from contextlib import contextmanager

from nbclient import NotebookClient

NOT_GRADED = ("experiment", "play")
CELL_TIMEOUT = 20  # seconds: no graded cell of the course comes near it


def is_skipped(cell):
    """Whether grading passes the cell by: experiments and playthings decide no points."""
    return bool(set(NOT_GRADED) & set(cell.metadata.get("tags", [])))


class Client(NotebookClient):
    """nbclient with our choices: grading goes on after an error, and loops are interrupted."""

    def __init__(self, nb, *, grading, timeout=CELL_TIMEOUT, **options):
        super().__init__(
            nb,
            timeout=timeout,
            kernel_name="python3",
            allow_errors=grading,
            interrupt_on_timeout=grading,
            store_widget_state=not grading,
            coalesce_streams=True,
            record_timing=False,
            # Its warnings (unencrypted loopback, interrupted at the end) are no news to a reader.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            **options,
        )
        self.grading = grading

    async def async_execute_cell(self, cell, cell_index, **options):
        if self.grading and is_skipped(cell):
            return cell
        return await super().async_execute_cell(cell, cell_index, **options)


def run(nb, *, grading, folder=None, timeout=CELL_TIMEOUT, on_cell=None):
    """Execute a notebook in place, in a fresh kernel that starts in `folder`.

    With `grading`, cells tagged experiment or play are passed by, errors stay in the outputs, and a
    cell that takes longer than `timeout` seconds is interrupted. Without it the first error raises
    nbclient's CellExecutionError. `on_cell(index)` is called after each executed cell.
    """
    resources = {"metadata": {"path": str(folder)}} if folder else {}
    hook = (lambda cell, cell_index, **_: on_cell(cell_index)) if on_cell else None
    with _one_blas_thread() if grading else _unchanged():
        Client(
            nb, grading=grading, timeout=timeout, resources=resources, on_cell_executed=hook
        ).execute()
    return nb


def timed_out(cell):
    """Whether the cell was interrupted because it took too long."""
    return any(
        output.output_type == "error" and output.ename in ("KeyboardInterrupt", "CellTimeoutError")
        for output in cell.get("outputs", [])
    )


@contextmanager
def _one_blas_thread():
    """Graded inputs are tiny, and several kernels share the machine: one thread each."""
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OPENBLAS_NUM_THREADS"]
        else:
            os.environ["OPENBLAS_NUM_THREADS"] = before


@contextmanager
def _unchanged():
    yield
