"""The command line: one thin function a command."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dlcourse import cli_audit, cli_grading, cli_lms, course
from dlcourse.course import CourseError
from dlcourse.judge.sandbox import SandboxUnavailable

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
console = Console(highlight=False)

Chapters = Annotated[
    list[str] | None,
    typer.Argument(help="Folder, topic or number of a chapter; all chapters for none."),
]
Root = Annotated[
    Path | None, typer.Option("--root", help="The course's folder; else the one around you.")
]


@app.command()
def build(
    chapters: Chapters = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing, name what is stale.")
    ] = False,
    root: Root = None,
):
    """Build notebooks from the text sources: solutions/ executed, course/ released."""
    from dlcourse import build as builder

    chosen = course.select(course.find_root(root), chapters)
    if check:
        found = list(builder.stale(chosen))
        for sentence in found:
            console.print(sentence, soft_wrap=True)
        if found:
            console.print("Run `dlcourse build` and commit what it writes.")
            raise typer.Exit(1)
        console.print(f"{len(chosen)} chapters are up to date.")
        return
    for chapter in chosen:
        with console.status("") as status:

            def tell(index, chapter=chapter, status=status):
                status.update(f"{chapter.name}: cell {index + 1}")

            builder.build(chapter, on_cell=tell)
        console.print(f"built {chapter.name}")


@app.command()
def lab(
    root: Root = None,
    launch: Annotated[bool, typer.Option(help="Open JupyterLab after copying.")] = True,
):
    """Copy the released notebooks to work/, never over a file of yours, and open JupyterLab."""
    import os
    import shutil

    top = course.find_root(root)
    work = top / "work"
    for notebook in sorted((top / "course").glob("*/*.ipynb")):
        target = work / notebook.parent.name / notebook.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(notebook, target)
            console.print(f"new: {target.relative_to(top)}")
    console.print(f"Your notebooks are in {work}. Check one with: dlcourse check NOTEBOOK")
    if launch:
        os.chdir(work)
        # JupyterLab would otherwise ask the network for news and newer versions.
        quiet = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
        os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", quiet, "--LabApp.news_url="])


app.command()(cli_grading.grade)
app.command(name="try")(cli_grading.try_)
app.command()(cli_grading.check)
app.command()(cli_grading.demo)
app.command()(cli_audit.audit)
app.command(name="import")(cli_lms.import_)
app.command()(cli_lms.export)


def main():
    """Run the command line; bad input ends in one sentence and exit code 2."""
    try:
        app()
    except (CourseError, SandboxUnavailable) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
