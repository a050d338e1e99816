"""What an executed notebook says: points and a message for every test cell.

The points are nbgrader's (`nbgrader.utils.determine_grade`), written here without nbgrader, which a
student need not have and whose import takes longer than a grading. A test holds the two together.
"""

import re
from dataclasses import dataclass

from dlcourse import cells

CELL_NAME = re.compile(r"\((?:\S*ipykernel\S*|\d+\.py), line (\d+)\)")  # what IPython calls a cell
OURS = ("TookTooLong", "KernelDied", "NotRun")  # errors that the grading itself notes
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Result:
    """The outcome of one test cell, or of a question graded by hand (points None until it is)."""

    exercise: str
    check: str  # nbgrader's grade_id, distinct within the chapter
    points: float | None
    max_points: float
    message: str = ""

    @property
    def waits(self):
        """For a person to grade it."""
        return self.points is None

    @property
    def passed(self):
        return self.points is not None and self.points >= self.max_points


@dataclass(frozen=True)
class Mark:
    """What the gradebook holds of one graded cell: points by the judge, by a person, on top."""

    check: str
    max_points: float
    auto: float | None = None
    manual: float | None = None
    extra: float | None = None


def standing(marks, automatic):
    """The Results that count: points from the Marks, messages from the `automatic` Results.

    Questions graded by hand have points None until they are; a grade given by hand counts.
    """
    messages = {result.check: result.message for result in automatic}
    found = []
    for mark in marks:
        by_hand = mark.manual is not None
        waits = mark.auto is None and not by_hand
        points = (mark.manual if by_hand else mark.auto or 0) + (mark.extra or 0)
        message = messages.get(mark.check, "")
        if waits:
            message = "To be graded by hand."
        elif by_hand:
            message = f"Graded by hand. {message}".rstrip()
        elif mark.check not in messages and not points:
            message = "No answer."
        exercise = mark.check.partition("-")[0]
        points = None if waits else float(points)
        found.append(Result(exercise, mark.check, points, mark.max_points, message))
    return found


def record(result, **more):
    """A Result as a record for JSON."""
    return {
        **more,
        "exercise": result.exercise,
        "check": result.check,
        "points": result.points,
        "max_points": result.max_points,
        "message": result.message,
    }


def results(nb):
    """The Results of all test cells of an executed notebook, in order."""
    return [
        Result(
            cells.exercise(cell),
            cells.grade_id(cell),
            points(cell),
            max_points(cell),
            message(cell, nb),
        )
        for cell in nb.cells
        if cells.is_check(cell)
    ]


def max_points(cell):
    """What the cell is worth."""
    return float(cells.nbgrader(cell)["points"])


def points(cell):
    """What nbgrader gives: the first error or stderr output is 0, the first result is the score."""
    for output in cell.outputs:
        if _fails(output):
            return 0.0
        if output.output_type == "execute_result":
            return _partial(output, max_points(cell))
    return max_points(cell)


def _partial(output, most):
    """nbgrader's rule: a number from 0 to the maximum is the score, anything else is all points."""
    try:
        score = float(output.data["text/plain"])
    except ValueError:
        return most
    if score > most:
        raise ValueError(f"a result of {score:g} where the cell is worth {most:g}")
    return score if score >= 0 else most


def _fails(output):
    return output.output_type == "error" or (
        output.output_type == "stream" and output.name == "stderr"
    )


def message(cell, nb):
    """Why a test cell lost points, in the words of the check; "" for a cell that passed."""
    failing = next((output for output in cell.outputs if _fails(output)), None)
    if failing is None:
        return "" if points(cell) >= max_points(cell) else "A part of the points was given."
    if failing.output_type == "stream":
        return f"Something was written to stderr: {(failing.text.strip() or ' ').splitlines()[0]}"
    name, text = failing.ename, _text(failing)
    if name == "CheckFailed" or name in OURS:
        return text
    if name == "NameError" and f"name '{cells.exercise(cell)}' is not defined" in text:
        return _undefined(cells.exercise(cell), nb)
    if name != "NameError" and cells.hidden(cell.source):
        # The text of an error that went through a hidden test may hold what the test holds.
        return f"The test raised {name}."
    return f"{name}: {text}" if text else name


def _text(error):
    return CELL_NAME.sub(r"(line \1)", ANSI.sub("", error.evalue or "")).strip()


def failure(cell):
    """The error that a cell ended with, in one line, or ""."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = _text(output)
            return text if output.ename in OURS else f"{output.ename}: {text}".rstrip(": ")
    return ""


def _undefined(exercise, nb):
    """Nothing of the exercise's name exists: say what became of the cell that should define it."""
    for cell in nb.cells:
        if cells.is_solution(cell) and cells.exercise(cell) == exercise:
            said = failure(cell)
            if said and (said.startswith("SyntaxError") or exercise in cells.bound(cell.source)):
                return f"{exercise} is not defined: its cell failed with {said.rstrip('.')}."
            return f"{exercise} is not defined: its cell defines nothing of that name."
    return f"{exercise} is not defined."
