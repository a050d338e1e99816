"""What a student reads when a check fails: at most twelve lines that say what is wrong."""

import inspect
import re
import traceback
from pathlib import Path

import numpy as np

from dlutils.checks import display
from dlutils.checks.compare import difference

WIDTH = 96
SHOWN = 8  # arrays of up to this many numbers are written out


class CheckFailed(AssertionError):
    """A check that did not pass. Its text is the whole message; notebooks show it as HTML."""

    displayed = None  # ipykernel asks twice

    def _render_traceback_(self):
        # IPython calls this instead of formatting a traceback: frames of ours would teach nothing.
        if self.displayed is None:
            self.displayed = display.show(str(self))
        if self.displayed:
            return [f"Not passed: {str(self).partition(':')[0]}. The message stands above."]
        return str(self).splitlines()


class NeedsFirst(Exception):
    """An answer that cannot be tried before another exercise is right; the text is the message."""


def short(value):
    """A value in at most one line: small arrays in full, larger ones by their ends or shape."""
    if isinstance(value, np.ndarray):
        with np.printoptions(precision=4, suppress=True, threshold=SHOWN, edgeitems=3):
            text = re.sub(r"\s+", " ", str(value)).replace("[ ", "[").replace(" ]", "]")
        return text if len(text) <= 60 else f"{type(value).__name__} {value.shape}"
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        left, right = "[]" if isinstance(value, list) else "()"
        text = left + ", ".join(short(part) for part in value) + right
        return text if len(text) <= 60 else f"{type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key!r}: {short(part)}" for key, part in value.items()) + "}"
        return text if len(text) <= 60 else f"dict of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def describe_case(case):
    """The inputs of a case: `x = [[1. 2.]], W (3, 2), rng`."""
    parts = []
    for name, value in case.arguments.items():
        if isinstance(value, np.random.Generator) or callable(value):
            parts.append(name)
        elif isinstance(value, np.ndarray) and value.size > SHOWN:
            parts.append(f"{name} {value.shape}")
        else:
            parts.append(f"{name} = {short(value)}")
    return ", ".join(parts)


def describe_outcome(outcome, expected, names, rtol):
    """Lines that set the answer beside what was expected (visible cases)."""
    if outcome.error is not None:
        return _error_lines(outcome.error)
    found = difference(expected, outcome.value, rtol)
    if found.kind in ("type", "length"):
        return [_type_line(found, names)]
    label = _label(found.path, expected, names)
    indent = " " * len(label)
    shapes = found.kind == "shape" or np.ndim(found.expected) > 0
    lines = [
        f"{label}expected {short(found.expected)}" + _shape(found.expected, shapes),
        f"{indent}got      {short(found.got)}" + _shape(found.got, shapes),
    ]
    if found.kind == "shape" and _same_up_to_ones(found.expected, found.got):
        lines.append(f"{indent}The numbers may agree, but the shape is part of the answer.")
    if found.kind == "values" and np.size(found.expected) > 1:
        lines.append(indent + _where(found))
    if found.kind == "not finite":
        lines.append(f"{indent}NaN or infinity where a finite number is expected.")
    agreeing = _agreeing(expected, outcome.value, found.path, names, rtol)
    return lines + ([agreeing] if agreeing else [])


def describe_hidden(outcome, expected, names, rtol):
    """One line that says the kind of failure and shapes, never a value (hidden cases)."""
    if outcome.error is not None:
        if isinstance(outcome.error, NotImplementedError):
            return "not written yet"
        if isinstance(outcome.error, NeedsFirst):
            return str(outcome.error)
        return f"raised {type(outcome.error).__name__}"
    found = difference(expected, outcome.value, rtol)
    label = _label(found.path, expected, names)
    if found.kind == "shape":
        got = found.got.shape
        if not _is_plausible(got, found.expected, outcome.case):
            got = "another"
        return f"{label}shape {found.expected.shape} expected, got {got}"
    if found.kind == "not finite":
        return f"{label}NaN or infinity where finite numbers are expected"
    if found.kind == "values" and isinstance(found.expected, np.ndarray):
        return f"{label}the shape {found.expected.shape} is right, the values differ"
    return f"{label}{found.kind} differs from what the exercise asks for"


def _is_plausible(shape, expected, case):
    """Whether a shape is made of sizes that inputs and result have: others could spell out data."""
    sizes = {0, 1, *expected.shape}
    todo = list(case.arguments.values())
    while todo:
        part = todo.pop()
        if isinstance(part, list | tuple):
            todo += part
        elif isinstance(part, dict):
            todo += part.values()
        sizes |= set(np.shape(part)) if isinstance(part, np.ndarray) else set()
    return len(shape) <= 6 and sizes.issuperset(shape)


def output_names(reference, expected):
    """Names of a tuple's parts from the reference's docstring: `... -> dx (N, D), dW (D, M)`."""
    if not isinstance(expected, tuple):
        return ()
    documented = re.split(r"->", (inspect.getdoc(reference) or "").split("\n\n")[0])[-1]
    documented = re.sub(r"^\((.*)\)$", r"\1", documented.strip().rstrip(".").replace("\n", " "))
    parts = re.split(r",\s*(?![^(]*\))", documented)
    names = [match.group(1) for part in parts if (match := re.match(r"\s*\(?([A-Za-z_]\w*)", part))]
    if len(names) == len(parts) == len(expected):
        return tuple(names)
    return tuple(f"output {i + 1}" for i in range(len(expected)))


def join(items):
    """`a`, `a and b`, `a, b and c`."""
    items = list(items)
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _error_lines(error):
    if isinstance(error, NeedsFirst):
        return [str(error)]
    if isinstance(error, NotImplementedError) and not str(error):
        return ["not written yet: `raise NotImplementedError` still stands in its body."]
    text = str(error).strip().splitlines()
    lines = [f"raised {type(error).__name__}" + (f": {text[0]}" if text else "")]
    frame = _students_frame(error)
    if frame is not None and frame.line:
        lines.append(f"in {frame.name}, line {frame.lineno}: {frame.line.strip()}")
    return lines


def _students_frame(error):
    """The innermost frame of code that belongs neither to dlutils nor to another library.

    An error that comes from another process brings its frames along as `student_frames`.
    """
    if frames := getattr(error, "student_frames", None):
        return frames[-1]
    ours = str(Path(__file__).parents[1])
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(ours) and "site-packages" not in frame.filename
    ]
    return frames[-1] if frames else None


def _type_line(found, names):
    where = f"{_label(found.path, (), names).strip()} is " if found.path else "returned "
    if found.got is None:
        hint = "" if found.path else ": is the `return` missing?"
        return f"{where}None{hint}"
    if found.kind == "length" and isinstance(found.expected, dict):
        return (
            f"{where}a dict with keys {short(sorted(found.got, key=str))}, expected "
            f"{short(sorted(found.expected, key=str))}"
        )
    if isinstance(found.expected, list | tuple):
        listed = f" ({', '.join(names)})" if names and not found.path else ""
        got = f"{len(found.got)}" if found.kind == "length" else f"one {type(found.got).__name__}"
        return f"{where}{got} where {len(found.expected)} values{listed} are expected"
    wanted = "numbers" if isinstance(found.expected, np.ndarray) else type(found.expected).__name__
    return f"{where}{short(found.got)} ({type(found.got).__name__}), expected {wanted}"


def _label(path, expected, names):
    """`db  ` for a part of a tuple, `[2]  ` inside a list, a dict's key, nothing for the whole."""
    if not path:
        return ""
    first, *rest = path
    head = f"[{first!r}]"
    if isinstance(first, str):
        head = first
    elif names:
        head = names[first]
    return head + "".join(f"[{key!r}]" for key in rest) + "  "


def _shape(value, shown):
    return f"  shape {np.shape(value)}" if shown else ""


def _same_up_to_ones(expected, got):
    return [n for n in np.shape(expected) if n != 1] == [n for n in np.shape(got) if n != 1]


def _where(found):
    gap = np.abs(found.got - found.expected)
    index = np.unravel_index(np.argmax(gap), gap.shape)
    place = ", ".join(str(int(i)) for i in index)
    return (
        f"largest difference {gap[index]:.3g} at [{place}]: "
        f"expected {found.expected[index]:.6g}, got {found.got[index]:.6g}"
    )


def _agreeing(expected, got, path, names, rtol):
    if not (names and path and isinstance(got, list | tuple) and len(got) == len(expected)):
        return ""
    agree = [
        name
        for name, wanted, found in zip(names, expected, got, strict=True)
        if difference(wanted, found, rtol) is None
    ]
    return f"Right: {join(agree)}." if agree else ""
