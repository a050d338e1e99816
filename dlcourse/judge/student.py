"""The student's side: a process that runs cells and does, on request, what their names can do.

    python -m dlcourse.judge.student DESCRIPTOR

Nothing here is trusted by the judge, and nothing here knows a test: student code can reach and
replace all of it.
"""

import builtins
import contextlib
import functools
import io
import operator
import os
import socket
import sys
import warnings
from collections.abc import Iterator

import numpy as np

import dlutils
from dlcourse.judge import failures
from dlcourse.judge.channel import Closed
from dlcourse.judge.handles import Exports, Imports
from dlcourse.judge.interrupts import Interrupts
from dlcourse.judge.link import ANSWER, INTERRUPTED, RAISED, UNSENDABLE, Link
from dlcourse.judge.shell import new_shell, no_input
from dlcourse.judge.wire import CALLBACK, HANDLE

MAX_PRINTED = 100_000
OPERATORS = {
    name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "pow", "matmul")
}
REFERENCE = dict(vars(dlutils))  # as it is before names are locked
TRUSTED = os.path.dirname(dlutils.__file__) + os.sep, failures.GIVEN  # callers, by their file
LIBRARY = [name for name in sys.modules if name.partition(".")[0] == "dlutils"]


@functools.cache
def prepare():
    """All that can be done once, before children are forked: the shell is made here."""
    builtins.input = no_input
    return new_shell()


def serve(sock):
    """Answer the judge's requests until it closes the connection."""
    Server(sock, prepare()).serve()


class Server:
    """Does what the judge asks; `answer` is the way in, every `do_` method one operation."""

    def __init__(self, sock, shell):
        self.shell, self.interrupts = shell, Interrupts()
        self.exports, self.imports = Exports(), Imports()
        self.link = Link(sock, self, 1, self.answer)
        self.stood = []  # namespaces, and what stood in them before references took its place
        self.marks = {}  # label -> the names of the notebook and what they meant

    def serve(self):
        with contextlib.suppress(Closed):
            self.link.serve()

    def answer(self, content):
        operation, *operands = content
        if operation == "run":
            return self.run(*operands)
        printed, level = Printed(), self.interrupts.running
        try:
            with quietly(printed), self.interrupts.allowed():
                value = getattr(self, f"do_{operation}")(*operands)
            return ANSWER, (value, printed.getvalue())
        except BaseException as error:  # student code may raise anything
            self.interrupts.running = level
            if self.interrupts.came:
                return INTERRUPTED, None
            return RAISED, (failures.describe(error), printed.getvalue())

    def run(self, source, name, given):
        outputs, error = (), "KeyboardInterrupt"
        with contextlib.suppress(KeyboardInterrupt), self.interrupts.allowed():
            outputs, error = self.shell.run(source, name, given)
        self.interrupts.running = 0
        return ANSWER, (outputs, error, self.interrupts.came)

    def do_meanings(self, names, mark, recall):
        now = self.shell.user_ns
        if recall is not None:
            now.clear()
            now.update(self.marks[recall])
        if mark is not None:
            self.marks[mark] = dict(now)
        return tuple((name, now[name]) for name in names if name in now)

    def do_lock(self, names):
        for name in names:
            if name in REFERENCE:
                lock(name)

    def do_call(self, function, arguments, keywords):
        return function(*arguments, **dict(keywords))

    def do_attribute(self, value, name):
        return getattr(value, name)

    def do_item(self, value, key):
        return value[key]

    def do_iter(self, value):
        return HandleOnly(iter(value))

    def do_next(self, value):
        return next(value)

    def do_len(self, value):
        return len(value)

    def do_float(self, value):
        return float(value)

    def do_calculate(self, name, value, other):
        if name == "neg":
            return -value
        if name in OPERATORS:
            return OPERATORS[name](value, other)
        return OPERATORS[name.removeprefix("r")](other, value)

    def do_stand(self, function, exercise, names):
        """Put the library's functions in place of the student's own, until `stand_no_more`."""
        namespace = namespace_of(function)
        mine = {
            name: namespace[name]
            for name in names
            if name != exercise
            and name in namespace
            and name in REFERENCE
            and namespace[name] is not REFERENCE[name]
        }
        self.stood.append((namespace, mine))
        namespace.update({name: REFERENCE[name] for name in mine})
        return tuple(mine)

    def do_stand_no_more(self):
        namespace, mine = self.stood.pop()
        namespace.update(mine)

    # What replicas and wire ask about things that are no data.

    def export(self, value):
        if isinstance(value, Callback):
            return CALLBACK, value.number
        if isinstance(value, HandleOnly):
            value = value.value
        return HANDLE, self.exports.number(value), kind_of(value), type(value).__name__[:80]

    def handle(self, number):
        return self.exports.object(number)

    def callback(self, number):
        return self.imports.get(number, lambda: Callback(self, number))

    def released(self):
        return tuple(self.imports.gone)

    def told(self):
        self.imports.gone.clear()

    def release(self, numbers):
        self.exports.release(numbers)

    def call_back(self, number, arguments, keywords):
        with self.interrupts.shield():
            kind, content = self.link.ask(("call", number, arguments, tuple(keywords.items())))
        if kind == UNSENDABLE:
            raise TypeError(content)
        if kind == RAISED:
            raise failures.rebuild(*content)
        return content


class Callback:
    """A function of the judge's, to be called and nothing else."""

    def __init__(self, server, number):
        self._server, self.number = server, number

    def __call__(self, *arguments, **keywords):
        return self._server.call_back(self.number, arguments, keywords)


class HandleOnly:
    """Marks what travels as a handle even where it could be data."""

    def __init__(self, value):
        self.value = value


def lock(name):
    """Let a library function that this chapter asks for refuse calls, but the library's own.

    So it is replaced wherever the library has it. The course's own cells may call it too. A class
    is replaced where students find it only: the library asks it for instances.
    """
    reference = REFERENCE[name]

    @functools.wraps(reference, updated=())
    def locked(*arguments, **keywords):
        if not sys._getframe(1).f_code.co_filename.startswith(TRUSTED):
            raise NotImplementedError(f"dlutils.{name}: you write this one here")
        return reference(*arguments, **keywords)

    del locked.__wrapped__  # it would lead back to the reference
    is_class = isinstance(reference, type)
    for module in [dlutils] if is_class else list(map(sys.modules.get, LIBRARY)):
        if vars(module).get(name) is reference:
            setattr(module, name, locked)


class Printed(io.StringIO):
    """Keeps the beginning of what is printed, within bounds."""

    def write(self, text):
        if self.tell() < MAX_PRINTED:
            super().write(text[:MAX_PRINTED])
        return len(text)


@contextlib.contextmanager
def quietly(printed):
    """As checks.call uses an answer: prints kept, warnings silent."""
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def namespace_of(function):
    """The module namespace in which a function, or a class's methods, look names up."""
    functions = [function, *getattr(function, "__dict__", {}).values()]
    return next((f.__globals__ for f in functions if hasattr(f, "__globals__")), {})


def kind_of(value):
    """Which kind of Proxy stands for a value."""
    if isinstance(value, type):
        return "class"
    if isinstance(value, Iterator):
        return "iterator"
    return "function" if callable(value) and hasattr(value, "__name__") else "object"


if __name__ == "__main__":
    from dlcourse.judge import student  # this module, under the name that it has elsewhere

    student.serve(socket.socket(fileno=int(sys.argv[1])))
