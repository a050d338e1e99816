"""A notebook client that brings a submission to its end, loops, deaths and floods included.

A cell that takes too long is interrupted, and a kernel that does not stop for it is killed. A dead
kernel is started again and the earlier cells are replayed without the one that killed it. Each of
these leaves an error in the cell that says in words what happened.
"""

import asyncio
import atexit
import os
import threading
import time
import weakref
from collections import Counter
from contextlib import suppress
from queue import Empty

from jupyter_client.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import v4

from dlcourse import cells

GRACE = 3  # seconds that an interrupted cell has to stop
STRIKES = 2  # so many stopped or deadly checks, and an exercise's remaining checks are not run
DEATHS = 3  # so many times a dead kernel is started again
BUDGET = 120  # seconds for all cells of one submission
MAX_TEXT = 100_000  # characters of text that a cell may show
MAX_OUTPUTS = 50
MAX_DISPLAY = 5_000_000  # characters of one picture

_running = weakref.WeakSet()


class GradingClient(NotebookClient):
    """Executes the cells for which `skip(cell)` is false; errors stay in the outputs."""

    def __init__(self, nb, *, skip, timeout, folder=None, **options):
        super().__init__(
            nb,
            kernel_name="python3",
            timeout=timeout,
            allow_errors=True,
            interrupt_on_timeout=True,
            shutdown_kernel="immediate",
            store_widget_state=False,
            coalesce_streams=True,
            record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            resources={"metadata": {"path": str(folder)}} if folder else {},
            **options,
        )
        self.skip = skip
        # Graded inputs are tiny, and several kernels share the machine: one thread each.
        self.env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "NBGRADER_EXECUTION": "autograde"}
        self.stopped = False  # by Ctrl-C
        self.late = False  # the cell in hand took too long
        self.deaths = 0
        self.spent = 0.0  # seconds
        self.strikes = Counter()
        self.harmful = set()
        self.shown = Counter()

    def run(self):
        """Execute the notebook in a thread of its own, so that Ctrl-C ends the kernel at once."""
        failure = []

        def work():
            try:
                asyncio.run(self.async_execute(env=self.env))
            except BaseException as error:
                failure.append(error)
            finally:
                atexit.unregister(self._cleanup_kernel)  # nbclient leaves it where clean-up failed

        _running.add(self)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            thread.join()
        except KeyboardInterrupt:
            self.stop()
            thread.join(GRACE)
            raise
        finally:
            _running.discard(self)
        if failure:
            raise failure[0]

    def stop(self):
        """End the kernel from another thread."""
        self.stopped = True
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        if process is not None:
            process.kill()

    async def async_execute_cell(self, cell, cell_index, **options):
        if self.stopped:
            raise KeyboardInterrupt
        if cell.cell_type != "code" or not cell.source.strip() or self.skip(cell):
            return cell
        check = cells.exercise(cell) if cells.is_check(cell) else None
        if reason := self._refusal(check):
            cell.outputs = [error("NotRun", f"Not run: {reason}.")]
            return cell
        if await self._survives(cell, cell_index, **options):
            return cell
        self.strikes[check] += 1
        self.harmful.add(cell_index)
        if self.late:
            cell.outputs = [output for output in cell.outputs if not _is_interrupt(output)]
            cell.outputs.append(
                error(
                    "TookTooLong",
                    f"This took longer than {self.timeout:g} s and was stopped: "
                    "is there an infinite loop?",
                )
            )
        else:
            cell.outputs.append(
                error("KernelDied", "The Python process died here (killed, or out of memory).")
            )
        if self.dead:
            await self._restart(cell_index)
        return cell

    def _refusal(self, check):
        """Why a cell is not run at all, or ""."""
        if check and self.strikes[check] >= STRIKES:
            return f"{STRIKES} earlier checks of {check} had to be stopped"
        if self.deaths > DEATHS:
            return f"the Python process had died {self.deaths} times"
        if self.spent > BUDGET:
            return f"the notebook had used up its {BUDGET} s"
        return ""

    async def _survives(self, cell, cell_index, **options):
        """Execute a cell; False where it was late or killed the kernel (`late`, `dead`)."""
        self.late = self.dead = False
        begin = time.monotonic()
        # What a test cell holds does not belong in the history that a student's code can read.
        options["store_history"] = not cells.is_check(cell)
        try:
            await super().async_execute_cell(cell, cell_index, **options)
        except DeadKernelError:
            if self.stopped:
                raise KeyboardInterrupt from None
            self.dead = True
        self.spent += time.monotonic() - begin
        return not (self.late or self.dead)

    async def _restart(self, end):
        """A fresh kernel in the state before cell `end`: checks apart, which bind only modules."""
        self.deaths += 1
        if self.deaths > DEATHS:
            return
        await self._async_cleanup_kernel()
        self.create_kernel_manager()
        await self.async_start_new_kernel(env=self.env)
        await self.async_start_new_kernel_client()
        for index, cell in enumerate(self.nb.cells[:end]):
            if (
                cell.cell_type != "code"
                or index in self.harmful
                or self.skip(cell)
                or cells.is_check(cell)
            ):
                continue
            outputs = cell.outputs
            survives = await self._survives(cell, index)
            cell.outputs = outputs
            if not survives:
                self.harmful.add(index)
                if self.dead:
                    await self._restart(end)
                    return

    async def _async_handle_timeout(self, timeout, cell=None):
        """Interrupt; a kernel that goes on all the same is killed."""
        self.late = True
        await ensure_async(self.km.interrupt_kernel())
        with suppress(Empty):
            while True:
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=GRACE))
                if reply["msg_type"] == "execute_reply":
                    return reply
        await ensure_async(self.km.shutdown_kernel(now=True))
        raise DeadKernelError("The kernel did not stop.")

    async def _check_raise_for_error(self, cell, cell_index, exec_reply):
        """The reply decides: an error whose output was lost or suppressed is put back."""
        content = (exec_reply or {}).get("content", {"status": "lost"})
        if content["status"] != "ok" and not any(o.output_type == "error" for o in cell.outputs):
            name = content.get("ename", "Error")
            cell.outputs.append(
                error(name, content.get("evalue", f"the cell was {content['status']}"))
            )
        await super()._check_raise_for_error(cell, cell_index, exec_reply)

    def output(self, outs, msg, display_id, cell_index):
        """Keep what a reader could read: what decides points always, the rest up to a limit."""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            room = MAX_TEXT - self.shown[cell_index, content["name"]]
            self.shown[cell_index, content["name"]] += len(content["text"])
            if room <= 0:
                return None
            if len(content["text"]) > room:
                content["text"] = content["text"][:room] + "\n... the rest is left out ...\n"
        if msg["msg_type"] == "display_data":
            size = sum(len(str(value)) for value in content["data"].values())
            if len(outs) > MAX_OUTPUTS or size > MAX_DISPLAY:
                return None
        return super().output(outs, msg, display_id, cell_index)


def stop_all():
    """End every kernel that grading runs, in whatever thread."""
    for client in list(_running):
        client.stop()


def error(name, text):
    """An error output with a plain sentence for a traceback."""
    return v4.new_output("error", ename=name, evalue=text, traceback=[text])


def _is_interrupt(output):
    return output.output_type == "error" and output.ename == "KeyboardInterrupt"
