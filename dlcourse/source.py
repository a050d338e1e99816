"""From a chapter's text (jupytext py:percent) to a notebook that is not executed yet.

Cell headers are short in the text and become nbgrader metadata here:

    # %% solution="softmax"                           the body the student writes
    # %% check="softmax" kind="stability" points=1    a test cell, grade_id softmax-stability
    # %% [markdown] answer="why_not_linear" points=2  free text, graded by hand
    # %% experiment   or   # %% play                  a tag: not run in grading
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

import jupytext
from nbformat import v4

from dlcourse.cells import HIDDEN, NOT_GRADED
from dlcourse.course import CourseError
from dlutils import __version__

HEADER = re.compile(r"^# %%(?:\s|$)")
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
KINDS = ("value", "stability", "purity", "law", "shape", "speed", "raises")
KNOWN = {
    "solution": {"solution"},
    "check": {"check", "kind", "points"},
    "answer": {"answer", "points"},
}


@dataclass
class TextCell:
    """A cell of the text source and where it stands: line numbers count from 1."""

    cell: object
    path: object
    line: int  # of the header

    @property
    def source(self):
        return self.cell.source

    @property
    def role(self):
        """`solution`, `check`, `answer`, `experiment`, `play`, `code` or `markdown`."""
        for key in KNOWN:
            if key in self.cell.metadata:
                return key
        return self.cell.metadata.get("title") or self.cell.cell_type

    @property
    def exercise(self):
        return self.cell.metadata.get(self.role, "")

    @property
    def grade_id(self):
        """nbgrader's name for the cell: distinct within a notebook."""
        if self.role != "check":
            return self.exercise
        return f"{self.exercise}-{self.cell.metadata.get('kind', 'value')}"

    def error(self, sentence, offset=0):
        """A CourseError that begins with file and line; `offset` counts from the cell's first."""
        return CourseError(f"{self.path}:{self.line + offset}: {sentence}")


def read(chapter):
    """The chapter's text as a list of TextCells, headers checked."""
    text = chapter.text.read_text(encoding="utf-8")
    path = chapter.text.relative_to(chapter.root)
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if HEADER.match(line)]
    if not lines or lines[0] != 1:
        raise CourseError(f"{path}:1: the text must begin with a cell header, `# %% [markdown]`.")
    cells = jupytext.reads(text, fmt="py:percent").cells
    for cell in cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note to itself
    if len(cells) != len(lines):
        raise CourseError(f"{path}: {len(lines)} cell headers, but {len(cells)} cells were read.")
    found = [TextCell(cell, path, line) for cell, line in zip(cells, lines, strict=True)]
    for cell in found:
        _check_header(cell)
        _check_markers(cell)
    _check_exercises(found)
    return found


def notebook(chapter, cells):
    """The notebook of a text: sources, ids and metadata final, nothing executed."""
    nb = v4.new_notebook(
        metadata={
            "dlcourse": {"chapter": chapter.name, "version": __version__},
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {
                "file_extension": ".py",
                "mimetype": "text/x-python",
                "name": "python",
                "pygments_lexer": "ipython3",
            },
        },
    )
    nb.nbformat_minor = 5
    seen = Counter()
    for cell in cells:
        new = v4.new_markdown_cell if cell.cell.cell_type == "markdown" else v4.new_code_cell
        digest = hashlib.sha256(f"{cell.cell.cell_type}:{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        nb.cells.append(
            new(source=cell.source, id=f"{digest}-{seen[digest]}", metadata=_metadata(cell))
        )
    return nb


def _metadata(cell):
    """nbgrader's metadata for graded cells, tags for the rest."""
    tags = list(cell.cell.metadata.get("tags", []))
    if cell.role in NOT_GRADED:
        tags.append(cell.role)
    metadata = {"tags": tags} if tags else {}
    if cell.role in KNOWN:
        graded = cell.role in ("check", "answer")
        metadata["nbgrader"] = {
            "grade": graded,
            "grade_id": cell.grade_id,
            "locked": cell.role == "check",
            "schema_version": 3,
            "solution": cell.role in ("solution", "answer"),
            "task": False,
        }
        if graded:
            metadata["nbgrader"]["points"] = cell.cell.metadata["points"]
    return metadata


def _check_header(cell):
    """Refuse what jupytext would swallow silently: unknown keys, wrong words, missing points."""
    given = set(cell.cell.metadata) - {"tags", "title"}
    title = cell.cell.metadata.get("title")
    if title is not None and title not in NOT_GRADED:
        raise cell.error(
            f'malformed cell header {title!r}: expected solution="NAME", check="NAME" '
            'points=N, answer="NAME" points=N, experiment or play.'
        )
    if not given:
        return
    allowed = KNOWN.get(cell.role, set())
    if given - allowed:
        unknown = ", ".join(sorted(given - allowed))
        raise cell.error(f"malformed cell header: {unknown} does not belong in a {cell.role} cell.")
    if not isinstance(cell.exercise, str) or not cell.exercise.isidentifier():
        raise cell.error(f"malformed cell header: {cell.role}={cell.exercise!r} is not a name.")
    if (cell.role == "answer") != (cell.cell.cell_type == "markdown"):
        raise cell.error(f"malformed cell header: {cell.role} in a {cell.cell.cell_type} cell.")
    points = cell.cell.metadata.get("points", 1)
    if "points" in allowed and not (
        "points" in given and type(points) in (int, float) and points > 0
    ):
        raise cell.error(f"malformed cell header: {cell.role} needs points=N, a number above 0.")
    kind = cell.cell.metadata.get("kind", "value")
    if kind not in KINDS:
        raise cell.error(f"malformed cell header: kind={kind!r} is none of {', '.join(KINDS)}.")


def _check_markers(cell):
    lines = [line.strip() for line in cell.source.splitlines()]
    for markers, homes in ((SOLUTION, ("solution", "answer")), (HIDDEN, ("check",))):
        found = [line for line in lines if line in markers]
        if found != list(markers) * (len(found) // 2):
            raise cell.error(f"`{markers[0]}` and `{markers[1]}` must come in pairs.")
        if found and cell.role not in homes:
            raise cell.error(f"`{markers[0]}` does not belong in a {cell.role} cell.")
        if not found and markers is SOLUTION and cell.role in homes:
            raise cell.error(f"the {cell.role} cell {cell.exercise} lacks `{markers[0]}`.")


def _check_exercises(cells):
    """Ids are unique, every check follows its solution, every solution has a check."""
    solved, seen = set(), {}
    for cell in cells:
        if cell.role not in KNOWN:
            continue
        if cell.grade_id in seen:
            raise cell.error(
                f"duplicate exercise id {cell.grade_id} (first at line {seen[cell.grade_id]})."
            )
        seen[cell.grade_id] = cell.line
        if cell.role == "solution":
            solved.add(cell.exercise)
        elif cell.role == "check" and cell.exercise not in solved:
            raise cell.error(f"the check of {cell.exercise} stands before its solution cell.")
    checked = {cell.exercise for cell in cells if cell.role == "check"}
    for cell in cells:
        if cell.role == "solution" and cell.exercise not in checked:
            raise cell.error(f"the exercise {cell.exercise} has no check.")
