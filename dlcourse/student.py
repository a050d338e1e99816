"""The student's own check: the visible tests of a notebook file, run on the code that stands in it.

Needs no nbgrader, changes no file, and executes as grading does.
"""

import copy
from dataclasses import dataclass, field

from dlcourse import cells, execute, submission, verdict
from dlcourse.course import CourseError

UNANSWERED = "YOUR ANSWER HERE"


@dataclass
class Report:
    """The results of a notebook's visible checks, the exercises not written yet, and remarks."""

    results: list = field(default_factory=list)
    blank: set = field(default_factory=set)
    notes: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    @property
    def passed(self):
        return all(result.passed for result in self.results)


def run(path, *, timeout=execute.CELL_TIMEOUT):
    """Run the visible checks of the notebook at `path`."""
    if path.suffix != ".ipynb":
        raise CourseError(f"{path} is not a notebook: its name should end in .ipynb.")
    nb = copy.deepcopy(submission.load(path))
    for cell in nb.cells:
        if cells.is_check(cell):
            cell.source = cells.visible(cell.source)
    if not any(map(cells.is_check, nb.cells)):
        raise CourseError(f"{path.name} has no checks: is it a notebook of this course?")
    notes = execute.grade(nb, folder=path.resolve().parent, timeout=timeout)
    report = Report(verdict.results(nb), notes=notes)
    report.blank = {
        cells.exercise(cell)
        for cell in nb.cells
        if cells.is_solution(cell) and cells.is_blank(cell)
    } & {result.exercise for result in report.results if not result.passed}
    report.remarks = [
        f"{cells.exercise(cell)} is a question to answer in words: "
        + ("not answered yet." if UNANSWERED in cell.source else "a person will grade it.")
        for cell in nb.cells
        if cells.is_answer(cell)
    ]
    return report
