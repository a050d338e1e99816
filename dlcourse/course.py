"""Where a course lives on disk: its root, its chapters, and how one names them."""

from dataclasses import dataclass
from pathlib import Path

CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """Bad input, in one clear sentence: what, what was expected, what came, what to do."""


@dataclass(frozen=True)
class Chapter:
    """One chapter, by its folder name: `03_backward_pass` holds the notebook `backward_pass`."""

    root: Path
    name: str

    @property
    def topic(self):
        return self.name.partition("_")[2]

    @property
    def text(self):
        """The source of truth, py:percent."""
        return self.root / "solutions" / self.name / f"{self.topic}.py"

    @property
    def notebook(self):
        """The built instructor's notebook, executed."""
        return self.text.with_suffix(".ipynb")

    @property
    def release(self):
        """The built student's notebook."""
        return self.root / "course" / self.name / f"{self.topic}.ipynb"


def find_root(start=None):
    """The nearest folder at or above `start` (the current folder) that holds nbgrader_config.py."""
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise CourseError(
        f"No course found: neither {start} nor a folder above it holds {CONFIG}. "
        "Run the command inside a clone of the course, or name the folder with --root."
    )


def chapters(root):
    """All chapters that stand in the course's solutions/, in teaching order."""
    folders = sorted(p for p in (root / "solutions").glob("[0-9][0-9]_*") if p.is_dir())
    return [Chapter(root, folder.name) for folder in folders]


def select(root, names):
    """The chapters named by folder (`03_backward_pass`), topic or number (`3`); all for none."""
    known = chapters(root)
    if not names:
        return known
    return [_find(known, str(name)) for name in names]


def _find(known, name):
    for chapter in known:
        number = chapter.name.partition("_")[0]
        if name.rstrip("/") in (chapter.name, chapter.topic, number) or (
            name.isdigit() and int(name) == int(number)
        ):
            return chapter
    raise CourseError(
        f"Unknown chapter {name!r}. The course has: {', '.join(c.name for c in known) or 'none'}."
    )
