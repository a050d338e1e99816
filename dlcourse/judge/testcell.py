"""One test cell on the judge's side: in a fresh namespace, with Proxies for the student's names."""

import ast
import builtins
import contextlib
import functools
import io
import traceback
from dataclasses import dataclass

from dlcourse.cells import HIDDEN
from dlcourse.judge.remote import Lost, TookTooLong, Unusable
from dlcourse.judge.text import clean
from dlutils.checks import CheckFailed

FILE = "<test cell>"
IMPORTS = (ast.Import, ast.ImportFrom)
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

    `visible` runs the visible part, `hidden` the rest: of the student's names each gets those that
    it uses, and no others. Whoever runs all hidden parts last leaves student code no place to show
    the hidden inputs that it was called with.
    """

    __test__ = False  # for pytest

    def __init__(self, source, names):
        self.source, self.names = source, names
        self.printed = io.StringIO()
        self.verdict = None
        try:
            self.visible_part, self.hidden_part, self.used = _parts(source)
        except SyntaxError:
            self.visible_part = self.hidden_part = ()
            self.fail("The test cell cannot be read.", "SyntaxError")

    @property
    def waits(self):
        """Whether a hidden part is still to be run."""
        return self.verdict is None and bool(self.hidden_part)

    def visible(self, student, label=None):
        """Run the visible part; the Verdict if it decides, else None.

        What the names mean before is remembered under the label (remote.Student.meanings).
        """
        if self.verdict is None:
            self._step(self.visible_part, student, mark=label if self.hidden_part else None)
        if self.verdict is None and not self.waits:
            self._pass()
        return self.verdict

    def hidden(self, student, label=None):
        """Run the hidden part, on what the names meant then, unless the visible one decided."""
        if self.verdict is None:
            self._step(self.hidden_part, student, recall=label, muted=True)
        if self.verdict is None:
            self._pass()
        return self.verdict

    def fail(self, message, error):
        """Decide from outside: what could not be run."""
        self.verdict = Verdict(0.0, message, self.printed.getvalue(), error)

    def _step(self, part, student, mark=None, recall=None, muted=False):
        student.muted = muted
        namespace = {"__name__": "__main__", "__builtins__": builtins}
        try:
            with (
                student.one_cell(),
                contextlib.redirect_stdout(self.printed),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                taken = [name for name in self.names if name in self.used]
                namespace |= student.meanings(taken, mark=mark, recall=recall)
                student.arithmetic = frozenset(self.names)
                for code in part:
                    exec(code, namespace)
        except (Lost, TookTooLong, Exception, SystemExit, GeneratorExit) as error:
            self.fail(_message(error, student, student.muted), _name(error))
            traceback.clear_frames(error.__traceback__)
        finally:
            student.muted, student.arithmetic = False, frozenset()
        if self.verdict is None and (student.timed_out or student.lost):
            late = student.timed_out
            self.fail(*((LATE, "TookTooLong") if late else (LOST, "Lost")))

    def _pass(self):
        self.verdict = Verdict(1.0, "", self.printed.getvalue())


def judge(source, student, names):
    """The Verdict on a test cell, both parts run one after the other."""
    cell = TestCell(source, names)
    cell.visible(student)
    return cell.hidden(student)


@functools.lru_cache(maxsize=256)  # all submissions have the same test cells
def _parts(source):
    """The visible code, the hidden code behind the visible part's imports, and all names used."""
    tree = ast.parse(source, FILE)
    lines = [line.strip() for line in source.splitlines()]
    begin = lines.index(HIDDEN[0]) + 1 if HIDDEN[0] in lines else len(lines) + 1
    visible = [node for node in tree.body if node.lineno < begin]
    modules = [node for node in visible if isinstance(node, IMPORTS)]
    hidden = tree.body[len(visible) :]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return _code(visible), _code(modules) + _code(hidden) if hidden else (), used


def _code(statements):
    return (compile(ast.Module(statements, []), FILE, "exec"),)


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
