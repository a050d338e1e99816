"""The judge's side of the conversation: a student's process as an object."""

import contextlib
import re
import sys
import time

from dlcourse.judge import failures
from dlcourse.judge.channel import LIMITS, CannotSend, WireError
from dlcourse.judge.handles import Exports, Imports
from dlcourse.judge.link import ANSWER, INTERRUPTED, RAISED, UNSENDABLE, Link
from dlcourse.judge.outputs import Ran, clean_outputs
from dlcourse.judge.proxy import KINDS, Proxy, number_of
from dlcourse.judge.text import clean
from dlcourse.judge.wire import CALLBACK, HANDLE

MAX_PRINTED = 100_000
MAX_RECEIVED = 512 << 20  # bytes that a student's process may send while one cell runs


class Lost(KeyboardInterrupt):
    """The student's process has ended, or sends what is no message: no later call can work.

    Like TookTooLong an interruption, which passes through what catches every error of an answer.
    """


class TookTooLong(KeyboardInterrupt):
    """Student code was interrupted at its time limit."""


class Unusable(Exception):
    """The student's function gave what is no data and cannot be sent, such as a matrix."""


class Student:
    """The judge's end of the connection to one student's process.

    A question may take `seconds`; then `interrupt()` is called (it sends SIGINT), and after `grace`
    more seconds the process counts as lost. `timed_out` and `lost` remember it, whatever a test
    makes of the exceptions.
    """

    def __init__(self, sock, *, seconds=10.0, grace=2.0, interrupt=None, limits=LIMITS):
        self._exports, self._imports = Exports(), Imports()
        self._link = Link(sock, self, 0, self._called_back, limits)
        self._link.channel.late = self._late
        self.seconds, self.grace, self._interrupt = seconds, grace, interrupt
        self._until = None  # time.monotonic() at which all that one cell asks must be answered
        self.timed_out, self.lost = False, ""
        self.missed = set()  # names that the student's code did not find
        self.arithmetic = frozenset()  # names of classes whose instances may be calculated with
        self.muted = False  # whether the student's words are dropped: prints, names of own errors

    @contextlib.contextmanager
    def one_cell(self, seconds=None):
        """What is asked in this block takes so many seconds together, and so much data."""
        self.timed_out = False
        self._until = time.monotonic() + (seconds or self.seconds)
        self._link.channel.allowance = MAX_RECEIVED
        try:
            yield
        finally:
            self._until = self._link.channel.allowance = None

    def run(self, source, name, seconds=None, given=False):
        """Run a cell in the student's shell -> Ran(outputs, error, interrupted).

        A `given` cell is the course's own: it may call the library's locked functions.
        """
        with self.one_cell(seconds), self._patience():
            kind, content = self._ask("run", source, name, given)
        if kind != ANSWER:
            raise self._fail("an odd answer to a cell")
        with self._sense():
            outputs, error, interrupted = content
            ran = Ran(clean_outputs(outputs), clean(error, 80), bool(interrupted) or self._overdue)
        for output in ran.outputs:
            if output.output_type == "error":
                self._note_missing(output.ename, output.evalue)
        return ran

    def meanings(self, names, *, mark=None, recall=None):
        """{name: data or a Proxy} of those names that the student's namespace holds.

        All names then mean again what they meant at the mark `recall`; what they mean is remembered
        as `mark`.
        """
        found = self.use("meanings", tuple(names), mark, recall)
        pairs = found if type(found) is tuple else (None,)
        for pair in pairs:
            if type(pair) is not tuple or len(pair) != 2 or type(pair[0]) is not str:
                raise self._fail("an odd answer about names")
        return {name: value for name, value in pairs if name in names}

    def lookup(self, name):
        """What the student's namespace holds under a name: data or a Proxy, else NameError."""
        found = self.meanings([name])
        if not found:
            raise NameError(f"name {name!r} is not defined")
        return found[name]

    def lock(self, names):
        """Let the library's versions of these names refuse calls by student code."""
        self.use("lock", tuple(names))

    def use(self, operation, *operands):
        """Have something done in the student's process -> its value; raises what was raised."""
        with self._patience():
            kind, content = self._ask(operation, *operands)
            if self._overdue or kind == INTERRUPTED:
                self.timed_out = True
                raise TookTooLong("took too long")
        if kind == UNSENDABLE:
            raise Unusable(clean(content, 500))
        with self._sense():
            value, printed = content
            self._show(printed)
            if kind == RAISED:
                value = failures.rebuild(*value, own_names=not self.muted)
                self._note_missing(type(value).__name__, str(value))
        if kind == RAISED:
            raise value
        if kind != ANSWER:
            raise self._fail("an odd answer")
        return value

    @contextlib.contextmanager
    def standing_on_reference(self, proxy, exercise, names):
        """The library's functions in place of the student's other exercises, while this lasts."""
        replaced = self.use("stand", proxy, exercise, tuple(names))
        try:
            yield [name for name in names if name in replaced]
        finally:
            self.use("stand_no_more")

    # What replicas and wire ask about things that are no data.

    def export(self, value):
        if isinstance(value, Proxy):
            return HANDLE, number_of(value)
        if callable(value):
            return CALLBACK, self._exports.number(value)
        raise CannotSend(f"a {type(value).__name__} is no plain data and cannot be sent")

    def handle(self, number, kind, name):
        if kind not in KINDS:
            raise WireError("not a kind of object")
        return self._imports.get(number, lambda: Proxy(self, number, kind, clean(name, 80)))

    def callback(self, number):
        return self._exports.object(number)

    def released(self):
        return tuple(self._imports.gone)

    def told(self):
        self._imports.gone.clear()

    def release(self, numbers):
        self._exports.release(numbers)

    def _called_back(self, content):
        """Student code calls a function that it got as an argument."""
        with self._sense():
            operation, number, arguments, keywords = content
            function = self._exports.object(number)
            keywords = dict(keywords)
            if operation != "call" or type(arguments) is not tuple:
                raise WireError("not a call")
        try:
            return ANSWER, function(*arguments, **keywords)
        except Exception as error:
            name, base, text, given, _ = failures.describe(error)
            return RAISED, (name, base, text, given, ())

    def _ask(self, *content):
        if self.lost:
            raise Lost(self.lost)
        try:
            return self._link.ask(content)
        except WireError as error:
            raise self._fail(str(error)) from None
        except CannotSend:
            raise
        except BaseException:  # out of a callback, or from a signal: the conversation is torn
            self.lost = self.lost or "the test was interrupted"
            raise

    def _fail(self, why):
        self.lost = f"the student's process was lost: {why}"
        return Lost(self.lost)

    @contextlib.contextmanager
    def _sense(self):
        """A message may hold anything: what does not fit is the end of the conversation."""
        try:
            yield
        except Exception as error:
            why = str(error) if isinstance(error, WireError) else "an odd message"
            raise self._fail(why) from None

    @contextlib.contextmanager
    def _patience(self):
        """The deadline of the outermost question holds for all that is asked meanwhile."""
        channel = self._link.channel
        if channel.deadline is not None:
            yield
            return
        channel.deadline = time.monotonic() + self.seconds
        if self._until is not None:
            channel.deadline = self._until
        self._overdue = False
        try:
            yield
        finally:
            channel.deadline = None

    def _late(self):
        if self._overdue or self._interrupt is None:
            self.timed_out = True
            raise WireError("no answer in time")
        self._overdue = self.timed_out = True
        self._interrupt()
        self._link.channel.deadline = time.monotonic() + self.grace

    def _note_missing(self, name, text):
        if name in ("NameError", "UnboundLocalError") and len(self.missed) < 100:
            self.missed |= set(re.findall(r"name '(\w{1,80})' is not defined", text))

    def _show(self, printed):
        if printed and not self.muted:
            sys.stdout.write(clean(printed, MAX_PRINTED))
