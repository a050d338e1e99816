"""Text sources -> executed instructor's notebooks -> student's release, and the check of all three.

One way only. A release never carries jupytext's pairing metadata, with which `jupytext --sync`
would put the solutions back, and nothing but the notebook is released from a chapter's folder.
"""

import copy
import logging
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from traitlets.config import Config, PyFileConfigLoader

from dlcourse import execute, lint, source
from dlcourse.course import CONFIG

CELL_TIMEOUT = 120  # seconds for one cell of a solution notebook; the whole may take 60
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def read(chapter):
    """A chapter's text, checked and linted, as TextCells and as the notebook to execute."""
    cells = source.read(chapter)
    lint.check(cells)
    return cells, source.notebook(chapter, cells)


def build(chapter, on_cell=None):
    """Build one chapter: execute its text into solutions/, write its release into course/."""
    cells, nb = read(chapter)
    fresh = copy.deepcopy(nb)
    _execute(chapter, cells, nb, on_cell)
    nb.metadata = fresh.metadata
    for cell, clean in zip(nb.cells, fresh.cells, strict=True):
        cell.metadata = clean.metadata
    write(nb, chapter.notebook)
    chapter.release.parent.mkdir(parents=True, exist_ok=True)
    write(release([chapter])[chapter.name], chapter.release)


def release(chapters):
    """The released notebooks `{chapter name: notebook}`, by nbgrader's own generate_assignment."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    with tempfile.TemporaryDirectory() as folder:
        for chapter in chapters:
            target = Path(folder, "solutions", chapter.name)
            target.mkdir(parents=True)
            shutil.copy(chapter.notebook, target)
        config = nbgrader_config(chapters[0].root)
        config.CourseDirectory.root = folder
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        found = {}
        for chapter in chapters:
            config.CourseDirectory.assignment_id = chapter.name
            converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
            converter.log.setLevel(logging.ERROR)
            with _quiet_nbgrader():
                converter.start()
            nb = nbformat.read(Path(folder, "course", chapter.name, chapter.release.name), 4)
            nb.metadata.pop("celltoolbar", None)
            found[chapter.name] = nb
        return found


def nbgrader_config(root):
    """The course's nbgrader_config.py as a traitlets Config."""
    return Config(PyFileConfigLoader(CONFIG, path=str(root)).load_config())


def stale(chapters):
    """What is not what a fresh build would give, one sentence each; changes nothing.

    Sources, ids and metadata of the built notebooks are compared, their outputs are not (executing
    the course takes minutes): that every cell was executed is.
    """
    for chapter in chapters:
        _, fresh = read(chapter)
        if not chapter.notebook.is_file():
            yield f"{_path(chapter, chapter.notebook)} is missing."
            continue
        built = nbformat.read(chapter.notebook, as_version=4)
        if (part := _first_difference(fresh, built)) is not None:
            yield f"{_path(chapter, chapter.notebook)} is stale: {part}."
        elif any(c.cell_type == "code" and c.execution_count is None for c in built.cells):
            yield f"{_path(chapter, chapter.notebook)} was not executed."
        elif not chapter.release.is_file():
            yield f"{_path(chapter, chapter.release)} is missing."
        else:
            wanted = nbformat.writes(release([chapter])[chapter.name]) + "\n"
            if chapter.release.read_text(encoding="utf-8") != wanted:
                yield f"{_path(chapter, chapter.release)} is stale."
    yield from _strays(chapters)


def write(nb, path):
    """Write a notebook with a final newline, and only a valid one."""
    nbformat.validate(nb)
    path.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")


def _execute(chapter, cells, nb, on_cell):
    try:
        execute.run(nb, folder=chapter.text.parent, timeout=CELL_TIMEOUT, on_cell=on_cell)
    except (CellExecutionError, CellTimeoutError) as error:
        last = max(
            (
                i
                for i, cell in enumerate(nb.cells)
                if cell.get("execution_count") or cell.get("outputs")
            ),
            default=0,
        )
        reason = f"{error.ename}: {error.evalue}" if hasattr(error, "ename") else str(error)
        raise cells[last].error(f"the cell raises {reason}") from None
    states = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                picture for output in cell.outputs for picture in _without_widgets(output, states)
            ]


def _without_widgets(output, states):
    """A live widget's view means nothing in a file: keep the pictures that it shows instead.

    They are in the same output (a static form for where no widget can be shown), or else in the
    widget's own state.
    """
    model = output.get("data", {}).pop(WIDGET, {}).get("model_id")
    if model is None or "image/png" in output.data:
        return [output]
    return list(_pictures(model, states))


def _pictures(model, states):
    state = states.get(model, {}).get("state", {})
    for output in state.get("outputs", []):
        yield nbformat.from_dict(output)
    for child in state.get("children", []):
        yield from _pictures(child.removeprefix("IPY_MODEL_"), states)


def _first_difference(fresh, built):
    if fresh.metadata != built.metadata:
        return "its metadata differ (another course version?)"
    if len(fresh.cells) != len(built.cells):
        return f"{len(built.cells)} cells where the text has {len(fresh.cells)}"
    for number, (one, other) in enumerate(zip(fresh.cells, built.cells, strict=True), start=1):
        for key in ("cell_type", "source", "id", "metadata"):
            if one[key] != other[key]:
                return f"the {key} of cell {number} differs from the text"
    return None


def _strays(chapters):
    """Files in course/ that no chapter's release is."""
    if not chapters:
        return
    root = chapters[0].root
    known = {c.release for c in chapters} | {
        root / "course" / p.parent.name / f"{p.stem}.ipynb" for p in root.glob("solutions/*/*.py")
    }
    for path in sorted((root / "course").rglob("*")):
        if path.is_file() and path not in known and ".ipynb_checkpoints" not in path.parts:
            yield f"{path.relative_to(root)} belongs to no chapter."


def _path(chapter, path):
    return path.relative_to(chapter.root)


class _quiet_nbgrader:
    """nbgrader narrates every file at level INFO, warns of its own folders, and changes folder."""

    def __enter__(self):
        self.folder = os.getcwd()
        logging.disable(logging.WARNING)

    def __exit__(self, *error):
        logging.disable(logging.NOTSET)
        os.chdir(self.folder)
