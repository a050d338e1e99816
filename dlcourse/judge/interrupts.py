"""SIGINT on the student's side."""

import contextlib
import signal


class Interrupts:
    """Let SIGINT reach student code only: never the conversation, which it would tear."""

    def __init__(self):
        self.running = self.shielded = 0
        self.came = False
        signal.signal(signal.SIGINT, self._arrive)

    def _arrive(self, signum, frame):
        if self.running:
            self.came = True
            if not self.shielded:
                raise KeyboardInterrupt

    @contextlib.contextmanager
    def allowed(self):
        if not self.running:
            self.came = False
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1

    @contextlib.contextmanager
    def shield(self):
        """While a callback talks to the judge; what came meanwhile is raised at its end."""
        self.shielded += 1
        try:
            yield
        finally:
            self.shielded -= 1
        if self.came and not self.shielded:
            raise KeyboardInterrupt
