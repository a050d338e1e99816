"""A process pool that outlives its workers: who is killed is replaced, and its task tried again."""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

ATTEMPTS = 3  # so many workers may die of a task


class WorkerDied(Exception):
    """A task has killed every worker that took it."""


class Pool:
    """Runs functions in `jobs` processes. Use it in a `with`.

    Where `prepare` is given, the processes start at once and call it first.
    """

    def __init__(self, jobs, prepare=None):
        self.jobs, self.prepare = jobs, prepare
        self.running = {}  # future: (key, function, arguments, attempts)
        self.executor = self._new()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end(self.executor)

    @property
    def full(self):
        """Whether all workers are busy and one task more waits for the next of them."""
        return len(self.running) > self.jobs

    def submit(self, key, function, *arguments):
        """Have a function called; `results` will yield (key, future-like)."""
        self._submit(key, function, arguments, 0)

    def results(self):
        """Wait until something is done: (key, value or exception) of each that is."""
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        found, lost = [], []
        for future in done:
            job = self.running.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                lost.append(job)
            else:
                found.append((job[0], error or future.result()))
        if lost:
            found += self._recover(lost)
        return found

    def _submit(self, key, function, arguments, attempts):
        try:
            future = self.executor.submit(function, *arguments)
        except BrokenProcessPool:
            self._end(self.executor)
            self.executor = self._new()
            future = self.executor.submit(function, *arguments)
        self.running[future] = key, function, arguments, attempts

    def _recover(self, lost):
        """All that ran is lost with one worker: try it again, what was lost twice by itself."""
        lost += self.running.values()
        self.running.clear()
        self._end(self.executor)
        self.executor = self._new()
        found = []
        for key, function, arguments, attempts in lost:
            if attempts + 1 < ATTEMPTS:
                self._submit(key, function, arguments, attempts + 1)
            else:
                found.append((key, self._alone(function, arguments)))
        return found

    def _alone(self, function, arguments):
        for _ in range(2):  # the deaths before may have been its neighbours' doing, this is not
            executor = self._new(1)
            try:
                return executor.submit(function, *arguments).result()
            except BrokenProcessPool:
                continue
            except Exception as error:
                return error
            finally:
                self._end(executor)
        return WorkerDied("it ended every grading process that took it")

    def _new(self, jobs=None):
        jobs = jobs or self.jobs
        executor = ProcessPoolExecutor(
            jobs,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=begin,
            initargs=(os.getpid(),),
        )
        for _ in range(jobs if self.prepare else 0):
            executor.submit(self.prepare)  # what goes wrong here goes wrong in a task too
        return executor

    @staticmethod
    def _end(executor):
        """Now, not when the tasks in hand are done."""
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(10)


def begin(parent):
    """A worker's first act: Ctrl-C is its parent's business, and without it there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
