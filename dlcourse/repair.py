"""Repair of a damaged notebook: every graded cell of the release is there, once, and as it was."""

import copy

from dlcourse import cells


def repair(nb, release):
    """Bring a submission's graded cells in order, in place; returns (problems, notes) as sentences.

    A copy of a graded cell becomes an ordinary cell (the last one counts), lost nbgrader metadata
    are given back by cell id or by the name that a cell defines, and missing cells are put back.
    """
    wanted = {cells.grade_id(cell): cell for cell in release.cells if cells.grade_id(cell)}
    found, copies, forged = _take_stock(nb, wanted)
    regained = _recognise(nb, wanted, found)
    restored = _put_back(nb, wanted, found)
    problems, notes = [], []
    if copies:
        problems.append(
            f"Graded cells stood there more than once ({_list(copies)}): the last counts."
        )
    if regained:
        problems.append(f"Lost nbgrader's metadata, given back to: {_list(regained)}.")
    if forged:
        notes.append(f"Changed nbgrader metadata were put right: {_list(forged)}.")
    if restored:
        notes.append(f"Deleted cells were put back: {_list(restored)}.")
    return problems, notes


def overwrite(nb, sources):
    """Give the graded cells what the gradebook says of them: `sources` maps grade_id to Source.

    The tests' own code, hidden part included, replaces whatever stands there. Returns sentences on
    the visible part that a student had changed.
    """
    changed = []
    for cell in nb.cells:
        source = sources.get(cells.grade_id(cell))
        if source is None:
            continue
        if cell.cell_type != source.cell_type:
            _change_type(cell, source.cell_type)
        marks = cell.metadata["nbgrader"]
        marks["locked"], marks["checksum"] = source.locked, source.checksum
        if source.points is not None:
            marks["points"] = source.points
        if source.locked:
            if cells.visible(cell.source) != cells.visible(source.text):
                changed.append(cells.grade_id(cell))
            cell.source = source.text
    return [f"Changed tests were put back: {_list(changed)}."] if changed else []


def _change_type(cell, kind):
    cell.cell_type = kind
    if kind == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _take_stock(nb, wanted):
    """The graded cells by id; metadata that are not the release's are corrected or taken away."""
    found, copies, forged = {}, [], []
    for cell in reversed(nb.cells):
        if "nbgrader" not in cell.metadata:
            continue
        name = cells.grade_id(cell)
        if name in found:
            copies.append(name)
        if name in wanted and name not in found:
            found[name] = cell
            if _says_otherwise(cell, wanted[name]):
                forged.append(name)
            _mark(cell, wanted[name])
        else:
            del cell.metadata["nbgrader"]
    return found, copies, forged


def _says_otherwise(cell, original):
    """Whether a cell's metadata claim other points, or another part in the grading."""
    claims = ("grade", "locked", "points", "solution", "task")
    theirs, ours = cells.nbgrader(cell), cells.nbgrader(original)
    return any(theirs.get(name, ours.get(name)) != ours.get(name) for name in claims)


def _recognise(nb, wanted, found):
    """Find graded cells that lost their metadata."""
    regained = []
    for name, original in wanted.items():
        if name in found:
            continue
        free = [
            cell
            for cell in nb.cells
            if "nbgrader" not in cell.metadata and cell.cell_type == original.cell_type
        ]
        matches = [cell for cell in free if cell.get("id") == original.get("id", "")]
        if not matches and cells.is_solution(original):
            matches = [
                cell for cell in free if cells.exercise(original) in cells.bound(cell.source)
            ]
        if matches:
            found[name] = matches[-1]
            _mark(matches[-1], original)
            regained.append(name)
    return regained


def _put_back(nb, wanted, found):
    """Insert what is missing after the graded cell that precedes it in the release."""
    restored = []
    place = 0
    for name, original in wanted.items():
        if name in found:
            place = _index(nb, found[name]) + 1
            continue
        cell = copy.deepcopy(original)
        if not found and not restored:
            place = len(nb.cells)
        nb.cells.insert(place, cell)
        place += 1
        restored.append(name)
    return restored


def _mark(cell, original):
    cell.metadata["nbgrader"] = copy.deepcopy(original.metadata["nbgrader"])


def _index(nb, cell):
    return next(index for index, one in enumerate(nb.cells) if one is cell)


def _list(names):
    names = list(dict.fromkeys(names))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
