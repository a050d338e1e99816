"""The same tasks on other machines: a Dask scheduler hands them out; the engine is its own."""

from dlcourse.course import CourseError
from dlcourse.pool import WorkerDied

PATIENCE = 20  # seconds to find the scheduler


class Cluster:
    """Like pool.Pool, with the workers of a Dask scheduler. Use it in a `with`."""

    def __init__(self, address):
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise CourseError(
                "--scheduler needs dask.distributed: pip install -e '.[cluster]'"
            ) from None
        try:
            self.client = Client(address, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise CourseError(f"No Dask scheduler answers at {address}: {error}") from None
        self.running = {}  # future: key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.cancel(list(self.running), force=True)
        self.client.close()

    @property
    def full(self):
        """Whether every worker has enough to do for now."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        threads = sum(one["nthreads"] for one in workers.values())
        return len(self.running) >= 2 * max(1, threads)

    def submit(self, key, function, *arguments):
        """Have a function called somewhere. Dask gives what a lost worker had to another one."""
        future = self.client.submit(function, *arguments, pure=False)
        self.running[future] = key

    def results(self):
        """Wait until something is done: (key, value or exception) of each that is."""
        from distributed import KilledWorker, wait

        done, _ = wait(list(self.running), return_when="FIRST_COMPLETED")
        found = []
        for future in done:
            error = future.exception()
            if isinstance(error, KilledWorker):
                error = WorkerDied("it ended the workers that took it")
            elif future.cancelled():
                error = WorkerDied("the scheduler gave it up")
            found.append((self.running.pop(future), error or future.result()))
        return found
