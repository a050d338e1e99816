"""The judge's side: a student's process as an object, and stand-ins for what it holds.

A Proxy forwards calls, `next`, items, public attributes, `len`, `iter` and `float`. What would let
the student's class decide a verdict, or see what it is compared with, is refused: comparisons,
truth, conversion to an array, and arithmetic but for classes that the test cell names.
"""

import contextlib
import sys
import time

from dlcourse.judge import failures
from dlcourse.judge.channel import LIMITS, CannotSend, WireError
from dlcourse.judge.handles import Exports, Imports
from dlcourse.judge.link import ANSWER, INTERRUPTED, RAISED, UNSENDABLE, Link
from dlcourse.judge.outputs import Ran, clean_outputs
from dlcourse.judge.text import clean
from dlcourse.judge.wire import CALLBACK, HANDLE

MAX_PRINTED = 100_000
KINDS = ("function", "class", "iterator", "object")


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
        self.timed_out, self.lost = False, ""
        self.arithmetic = frozenset()  # names of classes whose instances may be calculated with
        self.muted = False  # whether what calls print is dropped

    def run(self, source, name, seconds=None):
        """Run a cell in the student's shell -> Ran(outputs, error, interrupted)."""
        with self._patience(seconds):
            kind, content = self._ask("run", source, name)
        if kind != ANSWER:
            raise self._fail("an odd answer to a cell")
        with self._sense():
            outputs, error, interrupted = content
        return Ran(clean_outputs(outputs), clean(error, 80), bool(interrupted) or self._overdue)

    def lookup(self, name):
        """What the student's namespace holds under a name: data or a Proxy; NameError if nothing."""
        found = self.use("lookup", name)
        if type(found) is not tuple or len(found) > 1:
            raise self._fail("an odd answer about a name")
        if not found:
            raise NameError(f"name {name!r} is not defined")
        return found[0]

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
                value = failures.rebuild(*value)
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
    def _patience(self, seconds=None):
        """The deadline of the outermost question holds for all that is asked meanwhile."""
        channel = self._link.channel
        if channel.deadline is not None:
            yield
            return
        channel.deadline = time.monotonic() + (seconds or self.seconds)
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

    def _show(self, printed):
        if printed and not self.muted:
            sys.stdout.write(clean(printed, MAX_PRINTED))


class Proxy:
    """Stands for a function, class, iterator or instance in the student's process."""

    __slots__ = ("__weakref__", "_kind", "_name", "_number", "_student")
    __array_ufunc__ = None  # numpy leaves `array @ proxy` to us

    def __init__(self, student, number, kind, name):
        for slot, value in zip(("_student", "_number", "_kind", "_name"),
                               (student, number, kind, name), strict=True):  # fmt: skip
            object.__setattr__(self, slot, value)

    def __call__(self, *arguments, **keywords):
        return self._student.use("call", self, arguments, tuple(keywords.items()))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{name} of the submission's {self._kind} is out of reach")
        return self._student.use("attribute", self, name)

    def __getitem__(self, key):
        return self._student.use("item", self, key)

    def __iter__(self):
        iterator = self._student.use("iter", self)
        if not isinstance(iterator, Proxy):
            raise TypeError("iter() of the submission's object gave no iterator")
        return iterator

    def __next__(self):
        return self._student.use("next", self)

    def __len__(self):
        return self._exactly(int, "len")

    def __float__(self):
        return self._exactly(float, "float")

    def _exactly(self, kind, operation):
        value = self._student.use(operation, self)
        if type(value) is not kind:
            raise TypeError(
                f"{operation}() of the submission's {self._kind} gave no {kind.__name__}"
            )
        return value

    def _standing_on_reference_(self, exercise, references):
        return self._student.standing_on_reference(self, exercise, references)

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{self._kind} of the submission>"

    __str__ = __repr__


def _refused(operation):
    def refuse(self, *others):
        raise TypeError(f"{operation} of a submission's {self._kind} proves nothing: take its data")

    return refuse


def _arithmetic(operation):
    def calculate(self, other=None):
        if self._name not in self._student.arithmetic or self._kind != "object":
            raise TypeError(f"{operation} with a submission's {self._kind}: take its data first")
        return self._student.use("calculate", operation, self, other)

    return calculate


for _name in ("eq", "ne", "lt", "le", "gt", "ge", "bool", "array", "contains", "int", "index",
              "complex", "bytes", "setattr", "delattr", "setitem", "delitem", "reduce_ex",
              "reversed", "enter"):  # fmt: skip
    setattr(Proxy, f"__{_name}__", _refused(f"__{_name}__"))
Proxy.__hash__ = _refused("__hash__")
for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(Proxy, f"__{_name}__", _arithmetic(_name))
    setattr(Proxy, f"__r{_name}__", _arithmetic(f"r{_name}"))
Proxy.__neg__ = _arithmetic("neg")


def number_of(proxy):
    """By which number the student's process knows the object behind a Proxy."""
    return proxy._number
