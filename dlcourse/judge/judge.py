"""The judge as nbgrader and the commands use it: configured, warm, one submission after another."""

from traitlets import Bool, Float, Integer
from traitlets.config import Config, Configurable

from dlcourse import cells
from dlcourse.judge import submission
from dlcourse.judge.limits import MIB, Limits
from dlcourse.judge.sandbox import find_sandbox
from dlcourse.judge.start import PRELOAD
from dlcourse.judge.zygote import start_zygote

ENTRY = "dlcourse.judge.student:serve"
_zygotes = {}  # (sandbox, limits) -> a zygote of this process


class Judge(Configurable):
    """Grades submissions; `c.Judge.*` in nbgrader_config.py, or the commands' options."""

    sandbox = Bool(
        True,
        help="Run student code in a sandbox. False is a deliberate choice: student code can then "
        "read and write what you can.",
    ).tag(config=True)
    timeout = Float(20, help="Seconds for one cell.").tag(config=True)
    memory = Integer(1024, help="MiB of memory for one submission.").tag(config=True)
    processor = Float(120, help="Seconds of processor time for one submission.").tag(config=True)
    run_all = Bool(False, help="Run experiments and playthings too, which decide no points.").tag(
        config=True
    )

    def grade(self, nb, release):
        """Execute a submission in place -> sentences on what was unusual.

        `nb` holds the course's own test cells (nbgrader's OverwriteCells sees to it), `release` is
        the chapter as students got it.
        """
        notes = submission.grade(
            nb,
            self.zygote().spawn,
            lock=locked_names(release),
            given=cells.given(release),
            run_all=self.run_all,
            timeout=self.timeout,
        )
        if not self.sandbox:
            notes.append("Graded without a sandbox.")
        return notes

    def zygote(self, where=None):
        """This process's zygote, started at the first call; SandboxUnavailable with the remedy.

        `where` is the Sandbox, if it is known already.
        """
        limits = Limits(memory=self.memory * MIB, cpu=self.processor)
        key = self.sandbox, limits
        if key not in _zygotes:
            where = (where or find_sandbox()) if self.sandbox else None
            _zygotes[key] = start_zygote(ENTRY, [*PRELOAD, WARM], where, limits)
        return _zygotes[key]


WARM = "dlcourse.judge.warm"


def locked_names(release):
    """What the chapter asks students to write, also as the library's fast form of it."""
    asked = [cells.exercise(cell) for cell in release.cells if cells.is_solution(cell)]
    forms = [(name, name.removesuffix("_naive"), f"{name}_fast") for name in asked]
    return sorted({name for names in forms for name in names})


def prepare(settings, where):
    """Start this process's zygote before there is a submission for it."""
    Judge(config=Config({"Judge": settings})).zygote(where)


def close():
    """End this process's zygotes."""
    while _zygotes:
        _zygotes.popitem()[1].close()
