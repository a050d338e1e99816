"""The commands `dlcourse import` and `dlcourse export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from dlcourse import course
from dlcourse.cli_grading import Db, Root, _check_targets, _root

console = Console(highlight=False)
Chapter = Annotated[str, typer.Argument(help="Folder, topic or number of the chapter.")]


class System(StrEnum):
    canvas = "canvas"
    moodle = "moodle"


def import_(
    chapter: Chapter,
    archive: Annotated[Path, typer.Argument(help="The zip file of all submissions.")],
    root: Root = None,
    db: Db = None,
):
    """Unpack Canvas's or Moodle's download of all submissions into submitted/."""
    from dlcourse import gradebook, lms

    top = _root(root)
    (chosen,) = course.select(top, [chapter])
    config = gradebook.course_config(top, db)
    gradebook.facts(config, chosen)
    with gradebook.open_gradebook(config) as book:
        entries, odd = lms.import_zip(top, chosen, archive, book=book)
    for sentence in odd:
        console.print(Text(sentence), soft_wrap=True)
    console.print(f"{len(entries)} submissions of {chosen.name}. Grade them: dlcourse grade")


def export(
    chapter: Chapter,
    to: Annotated[System, typer.Option("--to", help="Whose columns.")],
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    root: Root = None,
    db: Db = None,
):
    """Write a chapter's grades as a CSV that Canvas or Moodle takes in."""
    from dlcourse import gradebook, lms

    top = _root(root)
    _check_targets(file)
    (chosen,) = course.select(top, [chapter])
    text, waiting = lms.export(gradebook.course_config(top, db), chosen, to.value)
    file.write_text(text, "utf-8", newline="")
    console.print(f"Wrote {file}.", soft_wrap=True)
    if waiting:
        console.print(f"{len(waiting)} of them wait for grading by hand, which counts 0 so far.")
