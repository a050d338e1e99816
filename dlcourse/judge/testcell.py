"""One test cell on the judge's side: in a fresh namespace, with Proxies for the student's names."""

import ast
import builtins
import contextlib
import io
import traceback
from dataclasses import dataclass

from dlcourse.judge.remote import Lost, TookTooLong, Unusable
from dlcourse.judge.text import clean
from dlcourse.source import HIDDEN
from dlutils.checks import CheckFailed

FILE = "<test cell>"
MAX_MESSAGE = 4_000
LATE = "The function was still running at the time limit: is there a loop without an end?"
LOST = "The function ended the process that ran it."


@dataclass(frozen=True)
class Verdict:
    """Whether a test cell passed, why not, and what it printed; `error` names the exception."""

    fraction: float
    message: str = ""
    printed: str = ""
    error: str = ""


class TestCell:
    """A test cell that may take `names` from a student (remote.Student), in two steps.

    `visible` runs the visible part on what the names mean now; `hidden` runs the rest, perhaps much
    later, on the same, and gives the Verdict. Whoever runs all hidden parts last leaves student
    code no place to show the hidden inputs that it was called with.
    """

    __test__ = False  # for pytest

    def __init__(self, source, student, names):
        self.source, self.student, self.names = source, student, names
        self.namespace = {"__name__": "__main__", "__builtins__": builtins}
        self.printed = io.StringIO()
        self.verdict = None
        try:
            self.parts = _parts(source)
        except SyntaxError:
            self._fail("The test cell cannot be read.", "SyntaxError")

    def visible(self):
        """Run the visible part; the Verdict if it failed, else None."""
        if self.verdict is None:
            self._step(0)
        return self.verdict

    def hidden(self):
        """Run the hidden part, unless the visible one failed -> Verdict."""
        if self.verdict is None:
            self._step(1)
        if self.verdict is None:
            self.verdict = Verdict(1.0, "", self.printed.getvalue())
        self.namespace = {}
        return self.verdict

    def _step(self, index):
        student = self.student
        student.timed_out, student.muted = False, bool(index)
        try:
            with (
                contextlib.redirect_stdout(self.printed),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                if not index:
                    self.namespace |= _taken(self.source, student, self.names)
                classes = [name for name in self.names if name in self.namespace]
                student.arithmetic = frozenset(classes)
                exec(compile(self.parts[index], FILE, "exec"), self.namespace)
        except (Lost, TookTooLong, Exception, SystemExit, GeneratorExit) as error:
            self._fail(_message(error, student, student.muted), _name(error))
            traceback.clear_frames(error.__traceback__)
        finally:
            student.muted, student.arithmetic = False, frozenset()
        if self.verdict is None and (student.timed_out or student.lost):
            self._fail(LATE if student.timed_out else LOST, "")  # whatever the test made of it

    def _fail(self, message, error):
        self.verdict = Verdict(0.0, message, self.printed.getvalue(), error)


def judge(source, student, names):
    """The Verdict on a test cell, both parts run one after the other."""
    cell = TestCell(source, student, names)
    cell.visible()
    return cell.hidden()


def _parts(source):
    """The visible and the hidden statements, with the line numbers of the whole."""
    tree = ast.parse(source, FILE)
    lines = [line.strip() for line in source.splitlines()]
    begin = lines.index(HIDDEN[0]) + 1 if HIDDEN[0] in lines else len(lines) + 1
    visible = [node for node in tree.body if node.lineno < begin]
    return ast.Module(visible, []), ast.Module(tree.body[len(visible) :], [])


def _taken(source, student, names):
    """The student's names that the cell uses, and no others; undefined ones stay undefined."""
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    taken = {}
    for name in names:
        if name in used:
            with contextlib.suppress(NameError):
                taken[name] = student.lookup(name)
    return taken


def _name(error):
    return "TookTooLong" if isinstance(error, TookTooLong) else type(error).__name__


def _message(error, student, hidden):
    """Why no points, in plain words; nothing of a hidden test's values."""
    if student.timed_out:
        return LATE
    if student.lost:
        return LOST
    if isinstance(error, CheckFailed):
        return clean(str(error), MAX_MESSAGE)
    if isinstance(error, NotImplementedError) and not str(error):
        return "not written yet: `raise NotImplementedError` still stands in its body."
    if isinstance(error, NameError) and not hasattr(error, "student_frames"):
        return clean(f"{error}.", MAX_MESSAGE)
    if hidden:
        return f"The hidden part of the test raised {_name(error)}."
    text = clean(str(error), MAX_MESSAGE)
    kind = "" if isinstance(error, Unusable) else f"{_name(error)}: "
    where = getattr(error, "student_frames", [])[-1:]
    return "\n".join([f"{kind}{text}", *(f"in {f.name}, line {f.lineno}: {f.line}" for f in where)])
