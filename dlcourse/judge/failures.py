"""Exceptions of student code as plain data, and from it an exception on the judge's side.

What crosses is the name, the text, and the frames of the student's own code, never an object.
"""

import builtins
import contextlib
import linecache
import traceback

import numpy as np

from dlcourse.judge.text import clean

CELL = "<cell "  # how the names of the student's source "files" begin
GIVEN = "<given "  # and those of the course's own cells
MAX_FRAMES = 20
KNOWN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception | SystemExit | GeneratorExit)
    and not issubclass(kind, BaseExceptionGroup)
} | {"LinAlgError": np.linalg.LinAlgError, "AxisError": np.exceptions.AxisError}


def describe(error):
    """(name, known base class, text, arguments, student frames) of an exception."""
    kind = type(error)
    base = next((one.__name__ for one in kind.__mro__ if KNOWN.get(one.__name__) is one), "")
    try:
        text = str(error)
    except BaseException:  # a student's __str__ may do anything
        text = ""
    given = error.args if isinstance(error.args, tuple) else ()
    plain = all(type(one) in (str, int, float, bool, bytes, type(None)) for one in given)
    arguments = given if plain and len(repr(given)) < 2_000 else None
    return kind.__name__, base, text[:10_000], arguments, student_frames(error.__traceback__)


def student_frames(tb):
    """(function, line number, source line) of every frame of a cell's code, outermost first."""
    found = []
    for frame, line in traceback.walk_tb(tb):
        code = frame.f_code
        if code.co_filename.startswith(CELL):
            source = linecache.getline(code.co_filename, line).strip()
            found.append((code.co_name, line, source[:200]))
    return tuple(found[-MAX_FRAMES:])


def rebuild(name, base, text, arguments, frames, own_names=True):
    """An exception of a class that has the name, or of a new one below the base class.

    `student_frames` holds its frames, for the checks' message. Anything may be in the parts. A
    class of the student's own keeps its name only with `own_names`: a name can tell a secret.
    """
    name = clean(name if own_names or name in KNOWN else base or "Exception", 80)
    text = clean(text, 10_000)
    kind = KNOWN.get(name)
    if kind is None:
        kind = _strange(name if name.isidentifier() else "Exception", KNOWN.get(clean(base, 80)))
    error = _built(kind, text, arguments)
    error.student_frames = [
        traceback.FrameSummary("student", line, clean(function, 80), line=clean(source, 200))
        for function, line, source in frames[-MAX_FRAMES:]
        if type(line) is int
    ]
    return error


def _built(kind, text, arguments):
    """With the arguments where that gives the text, otherwise with the text alone."""
    for given in (arguments, (text,)):
        with contextlib.suppress(Exception):
            error = kind(*given)
            if str(error) == text and type(error) is kind:
                return error
    error = _strange(kind.__name__, kind)(text)
    return error


def _strange(name, base):
    """A class of that name whose text is what it is given."""
    base = base or Exception

    def __init__(self, text):
        self.args = (text,)

    def __str__(self):
        return self.args[0] if self.args else ""

    return type(name, (base,), {"__init__": __init__, "__str__": __str__})
