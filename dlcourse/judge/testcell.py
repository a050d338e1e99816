"""One test cell on the judge's side: in a fresh namespace, with Proxies for the student's names."""

import ast
import builtins
import contextlib
import io
import traceback
from dataclasses import dataclass

from dlcourse.judge.proxy import Lost, Proxy, TookTooLong, Unusable
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


def judge(source, student, names):
    """The Verdict on a test cell that may take `names` from the student (a proxy.Student)."""
    try:
        visible, hidden = _parts(source)
    except SyntaxError:
        return Verdict(0.0, "The test cell cannot be read.", error="SyntaxError")
    printed = io.StringIO()
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    student.timed_out = False
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            namespace |= _taken(source, student, names)
            for part, muted in ((visible, False), (hidden, True)):
                student.muted = muted
                exec(compile(part, FILE, "exec"), namespace)
    except (KeyboardInterrupt, Exception, SystemExit, GeneratorExit) as error:
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, Lost | TookTooLong):
            raise  # somebody stops the grading
        message, kind = _message(error, student, student.muted), _name(error)
        traceback.clear_frames(error.__traceback__)
        return Verdict(0.0, message, printed.getvalue(), kind)
    finally:
        student.muted, student.arithmetic = False, frozenset()
    if student.timed_out or student.lost:  # whatever the test made of it
        return Verdict(0.0, LATE if student.timed_out else LOST, printed.getvalue(), "TookTooLong")
    return Verdict(1.0, "", printed.getvalue())


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
    classes = [name for name, value in taken.items() if isinstance(value, Proxy)]
    student.arithmetic = frozenset(classes)
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
