"""How a notebook is executed in a kernel of its own: for the build, and for a student's own check.

Submissions are graded by the judge (dlcourse.judge), which needs no kernel.
"""

import os
import re

from nbclient import NotebookClient
from nbformat import NotebookNode

from dlcourse import cells
from dlcourse.client import GradingClient

CELL_TIMEOUT = 20  # seconds: no graded cell of the course comes near it


def run(nb, *, folder=None, timeout=CELL_TIMEOUT, on_cell=None):
    """Execute all cells of a notebook in place, in a fresh kernel that starts in `folder`.

    The first error raises nbclient's CellExecutionError, a cell that takes longer than `timeout`
    seconds its CellTimeoutError. `on_cell(index)` is called after each executed cell. Matrix
    products run in one thread: sums that are split among two round otherwise, and print otherwise.
    """
    NotebookClient(
        nb,
        kernel_name="python3",
        timeout=timeout,
        coalesce_streams=True,
        record_timing=False,
        # Its warnings (unencrypted loopback, interrupted at the end) are no news to a reader.
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        resources={"metadata": {"path": str(folder)}} if folder else {},
        on_cell_executed=(lambda cell, cell_index, **_: on_cell(cell_index)) if on_cell else None,
    ).execute(env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    return nb


def grade(nb, *, folder=None, timeout=CELL_TIMEOUT):
    """Execute a submission in place, to be graded; returns sentences on what was unusual.

    Cells tagged experiment or play are passed by, errors stay in the outputs, and whatever happens
    the notebook comes to its end (dlcourse.client). If a check fails for a name that only a
    passed-by cell binds, the submission is executed once more with all cells.
    """
    _forget_outputs(nb)
    GradingClient(nb, skip=cells.is_skipped, timeout=timeout, folder=folder).run()
    executed = NotebookNode(cells=[cell for cell in nb.cells if not cells.is_skipped(cell)])
    names = missing_names(executed, left_out=nb)
    if not names:
        return []
    _forget_outputs(nb)
    GradingClient(nb, skip=lambda cell: False, timeout=timeout, folder=folder).run()
    return [
        f"Graded with its experiments: graded code needs {', '.join(sorted(names))} from a cell "
        "that grading passes by."
    ]


def _forget_outputs(nb):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def missing_names(nb, left_out):
    """Names that an executed notebook misses, and that the notebook it was taken from binds."""
    errors = " ".join(
        f"{output.ename}: {output.evalue}"
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    )
    if "NameError" not in errors:
        return set()
    executed = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    all_code = [cell.source for cell in left_out.cells if cell.cell_type == "code"]
    bound = set().union(*map(cells.bound, all_code)) - set().union(*map(cells.bound, executed))
    missed = set(re.findall(r"name '(\w+)' is not defined", errors))
    return bound & (missed or set().union(*map(cells.used, executed)))
