"""One submission through the judge: its cells run in the sandbox, its test cells here.

First all cells in order, each test cell's visible part among them; then the hidden parts, each on
what the names meant at its place. Nothing that student code writes after it has seen a hidden input
is shown to anybody.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from dlcourse import cells, slicing
from dlcourse.judge.channel import CannotSend
from dlcourse.judge.outputs import new_output
from dlcourse.judge.remote import Lost, Student
from dlcourse.judge.testcell import TestCell

ADDED = 10  # seconds for a cell that the student added
STRIKES = 2  # so many stopped or deadly checks, and an exercise's remaining checks are not run
RESTARTS = 3  # so many times an ended process is started again, after the first start
BUDGET = 120  # seconds for all cells of one submission, and seconds of processor time
SAID = ("TookTooLong", "KernelDied", "NotRun", "NameError")  # verdict.py knows their texts
MORE = {"memory": "memory", "cpu time": "processor time", "processes": "processes"}


@dataclass(eq=False)
class Step:
    """One code cell to run: a TestCell for a check, else the student's own."""

    cell: object
    source: str
    check: TestCell | None = None
    given: bool = False  # exactly as the course handed it out
    harmful: bool = False  # it ended the process: not run again
    outputs: list = field(default_factory=list)


def grade(nb, spawn, *, lock=(), given=frozenset(), run_all=False, timeout=20.0):
    """Execute a submission in place; returns sentences on what was unusual.

    `spawn()` starts a student's process. The test cells' sources are believed: whoever calls has
    put the course's own there. `lock` names library functions that student code must not call,
    `given` the sources of the course's own cells. Passed by are experiments and playthings, and of
    the course's own cells what no other cell needs; if graded code misses a name that is bound
    there only, or with `run_all`, all is run.
    """
    examination = Examination(nb, spawn, lock, given, run_all, timeout)
    examination.run()
    names = set() if run_all else examination.missed & examination.passed_by
    if names:
        examination = Examination(nb, spawn, lock, given, True, timeout)
        examination.run()
    examination.write()
    if not names:
        return []
    return [
        f"Graded with its experiments: graded code needs {', '.join(sorted(names))} from a cell "
        "that grading passes by."
    ]


class Examination:
    """A submission's cells, and the student's process in which they run, one after another."""

    def __init__(self, nb, spawn, lock, given, run_all, timeout):
        self.nb, self.spawn, self.lock, self.timeout = nb, spawn, tuple(lock), timeout
        self.steps = [
            Step(cell, cell.source, _test_of(cell), cell.source.strip() in given)
            for cell in nb.cells
            if cell.cell_type == "code" and cell.source.strip()
        ]
        self.passed_by = set()  # names that are bound only where grading passes by
        if not run_all:
            self._leave_out()
        self.child = self.student = None
        self.reached = self.starts = 0
        self.spent = self.processor = 0.0  # seconds
        self.strikes = Counter()
        self.missed = set()

    def _leave_out(self):
        """Keep to what decides points: see `grade`."""
        # A tag decides nothing about graded cells: students can write tags.
        graded = [step for step in self.steps if cells.grade_id(step.cell)]
        others = [step for step in self.steps if not cells.grade_id(step.cell)]
        left = [step for step in others if step.given or cells.is_skipped(step.cell)]
        self.passed_by = set().union(*(cells.bound(step.source) for step in left))
        course = [step for step in left if not cells.is_skipped(step.cell)]
        whole = [*graded, *(step for step in others if step not in left)]
        parts = slicing.parts([s.source for s in course], [s.source for s in whole])
        for step in left:
            step.source = ""
        for step, part in zip(course, parts, strict=True):
            step.source = part
        self.steps = [step for step in self.steps if step.source]

    def run(self):
        """Run everything there is to run, whatever happens."""
        try:
            self._restart()
            for index, step in enumerate(self.steps):
                self.reached = index
                self._timed(self._visible if step.check else self._execute, index)
            self.reached = len(self.steps)
            for index, step in enumerate(self.steps):
                if step.check and step.check.waits:
                    self._timed(self._hidden, index)
        finally:
            self._end()

    def write(self):
        """Put the outputs into the notebook: each check's verdict is its one deciding output."""
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                if cells.is_check(cell):  # no check without a verdict: nbgrader takes none for full
                    cell.outputs = [error("NotRun", "Not run: the test cell is empty.")]
        for step in self.steps:
            step.cell.outputs = _verdict(step) if step.check else step.outputs

    def _timed(self, act, index):
        begin = time.monotonic()
        act(index)
        self.spent += time.monotonic() - begin

    def _execute(self, index):
        step = self.steps[index]
        if reason := self._refusal():
            step.outputs = [error("NotRun", f"Not run: {reason}.")]
            return
        seconds = self.timeout if cells.grade_id(step.cell) or step.given else ADDED
        try:
            ran = self.student.run(step.source, str(index), seconds, step.given)
        except Lost:
            step.outputs = [self._lost(index, seconds)]
            return
        except CannotSend as problem:
            step.outputs, step.harmful = [error("NotRun", f"Not run: {problem}.")], True
            return
        step.outputs = ran.outputs
        if ran.interrupted:
            step.outputs = [o for o in ran.outputs if o.output_type != "error"]
            step.outputs.append(_late(seconds))

    def _visible(self, index):
        step = self.steps[index]
        if reason := self._refusal(step):
            step.check.fail(f"Not run: {reason}.", "NotRun")
            return
        step.check.visible(self.student, label=index)
        self._settle(index, self.timeout)

    def _hidden(self, index):
        step = self.steps[index]
        if reason := self._refusal(step):
            step.check.fail(f"Not run: {reason}.", "NotRun")
            return
        step.check.hidden(self.student, label=index)
        self._settle(index, self.timeout)

    def _settle(self, index, seconds):
        """After a check: was it late, did it end the process?"""
        step = self.steps[index]
        if step.check.verdict is None:
            return
        if step.check.verdict.error in ("Lost", "TookTooLong") or self.student.lost:
            self.strikes[cells.exercise(step.cell)] += 1
            output = self._lost(index, seconds) if self.student.lost else _late(seconds)
            step.check.fail(output.evalue, output.ename)

    def _refusal(self, step=None):
        """Why a cell is not run at all, or ""."""
        if step and self.strikes[exercise := cells.exercise(step.cell)] >= STRIKES:
            return f"{STRIKES} earlier checks of {exercise} had to be stopped"
        if self.student is None:
            return f"the Python process had ended {self.starts} times"
        if self.spent > BUDGET or self.processor > BUDGET:
            return f"the notebook had used up its {BUDGET} s"
        return ""

    def _lost(self, index, seconds):
        """The process is gone, and another in its place: an output that says why."""
        late = self.student.timed_out
        self.steps[index].harmful = True
        why = self._end()
        self._restart()
        return _late(seconds) if late else error("KernelDied", _in_words(why))

    def _start(self):
        self.child = self.spawn()
        self.student = Student(
            self.child.sock, seconds=self.timeout, interrupt=self.child.interrupt
        )
        self.student.use("lock", self.lock)

    def _end(self):
        """End the process -> its Exit."""
        if self.child is None:
            return None
        self.missed |= self.student.missed
        end = self.child.wait(0.2 if self.student.lost else 0)
        self.child.close()
        end = end or self.child.exit
        self.processor += getattr(end, "cpu", 0.0)
        self.child = self.student = None
        return end

    def _restart(self):
        """A fresh process in the state that the ended one, if any, was in; no test cell runs."""
        while self.starts <= RESTARTS and self.processor <= BUDGET:
            self.starts += 1
            try:
                self._start()
                return self._replay()
            except Lost:
                self._end()

    def _replay(self):
        for index, step in enumerate(self.steps[: self.reached]):
            if step.check:
                if step.check.waits:
                    self.student.meanings([], mark=index)
            elif not step.harmful:
                try:
                    self.student.run(step.source, str(index), self.timeout, step.given)
                except Lost:
                    step.harmful = True
                    raise


def error(name, text):
    """An error output with a plain sentence for a traceback."""
    return new_output("error", ename=name, evalue=text, traceback=[text])


def _test_of(cell):
    """The TestCell of a check."""
    if not cells.is_check(cell):
        return None
    return TestCell(cell.source, cells.taken(cells.exercise(cell)))


def _verdict(step):
    """A check's outputs: what it printed, and one that decides, an error or the points."""
    verdict, printed = step.check.verdict, []
    if verdict.printed:
        printed = [new_output("stream", name="stdout", text=verdict.printed)]
    if verdict.fraction < 1:
        name = verdict.error if verdict.error in SAID else "CheckFailed"
        return [*printed, error(name, verdict.message)]
    points = f"{float(cells.nbgrader(step.cell)['points']):g}"
    return [*printed, new_output("execute_result", data={"text/plain": points})]


def _late(seconds):
    text = f"This took longer than {seconds:g} s and was stopped: is there an infinite loop?"
    return error("TookTooLong", text)


def _in_words(end):
    """How the process ended, for its student."""
    reason = getattr(end, "reason", "killed")
    if reason in ("memory", "cpu time", "processes"):
        return f"The Python process was ended here: it used more {MORE[reason]} than allowed."
    return f"The Python process died here ({end})." if end else "The Python process died here."
