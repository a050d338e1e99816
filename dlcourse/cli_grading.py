"""The commands around grading: grade, try, check, demo. Registered in dlcourse.cli."""

import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dlcourse import course
from dlcourse.course import CourseError

console = Console(highlight=False)

Root = Annotated[
    Path | None, typer.Option("--root", help="The course's folder; else the one around you.")
]
Json = Annotated[Path | None, typer.Option("--json", help="Write one record a check to this file.")]


Timeout = Annotated[int | None, typer.Option(min=1, help="Seconds for one cell; 20 for none.")]
Db = Annotated[str | None, typer.Option("--db", help="Address of the gradebook, postgresql://...")]
NoSandbox = Annotated[
    bool,
    typer.Option("--no-sandbox", help="Run student code without a sandbox: only what you trust."),
]


def grade(
    chapters: Annotated[
        list[str] | None,
        typer.Argument(help="Folder, topic or number of a chapter; all chapters for none."),
    ] = None,
    root: Root = None,
    json: Json = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the whole gradebook to this file.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what is graded and unchanged.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at a time; one per core for none.")
    ] = None,
    run_all: Annotated[
        bool, typer.Option("--run-all", help="Run experiments too, which decide no points.")
    ] = False,
    timeout: Timeout = None,
    memory: Annotated[
        int | None, typer.Option(min=64, help="MiB of memory for one submission.")
    ] = None,
    db: Db = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of a Dask scheduler, tcp://...")
    ] = None,
    no_sandbox: NoSandbox = False,
):
    """Grade submitted/STUDENT/CHAPTER/*.ipynb into the gradebook and write the feedback pages.

    What is graded and unchanged is passed by, so an interrupted run goes on where it stopped.
    """
    top = _root(root)
    _check_targets(json, csv)
    settings = _settings(timeout=timeout, memory=memory, run_all=run_all, no_sandbox=no_sandbox)
    with ThreadPoolExecutor(1) as beside:  # either takes a second
        has_sandbox = beside.submit(_has_sandbox)
        from dlcourse.demo import MARKER
        from dlcourse.grade import Batch
    if not has_sandbox.result() and (top / MARKER).is_file() and not scheduler:
        console.print("No sandbox here: this demo class, whose code is ours, is graded without.")
        settings["sandbox"] = False
    batch = Batch(
        top, chapters, settings=settings, jobs=jobs, force=force, db=db, scheduler=scheduler
    )
    try:
        _show_progress(batch)
    except KeyboardInterrupt:
        done = sum(one.graded for one in batch.submissions)
        console.print(
            f"Interrupted: {done} of {len(batch.submissions)} submissions are graded. The same "
            "command goes on from there."
        )
        raise typer.Exit(130) from None
    for sentence in batch.strays:
        console.print(Text(sentence), soft_wrap=True)
    console.print(_class_table(batch.submissions))
    for one in batch.submissions:
        for sentence in one.flags:
            console.print(Text(f"Copied? {one.title}: {sentence}"), soft_wrap=True)
    if not batch.settings["sandbox"]:
        console.print("Graded without a sandbox: student code ran with your rights.")
    if json:
        batch.write_json(json)
    if csv:
        batch.write_csv(csv)
    console.print(f"Gradebook: {db or top / 'gradebook.db'}", soft_wrap=True)
    console.print(f"Feedback:  {top / 'feedback'}/STUDENT/CHAPTER/*.html", soft_wrap=True)
    if not batch.flawless:
        raise typer.Exit(1)


def try_(
    chapter: Annotated[str, typer.Argument(help="Folder, topic or number of the chapter.")],
    answers: Annotated[
        list[str],
        typer.Argument(metavar="EXERCISE=FILE.py ...", help="Answers to put into the reference."),
    ],
    root: Root = None,
    json: Json = None,
    timeout: Timeout = None,
    no_sandbox: NoSandbox = False,
):
    """What would the grader say to these answers, everything else being right?"""
    from dlcourse import trial

    _check_targets(json)
    (chosen,) = course.select(_root(root), [chapter])
    settings = _settings(timeout=timeout, no_sandbox=no_sandbox)
    outcome = trial.run(chosen, answers, settings)
    for sentence in outcome.notes:
        console.print(Text(sentence), soft_wrap=True)
    _print_checks(outcome.shown)
    console.print(_total(outcome.shown))
    if json:
        trial.write_json(outcome, json)


def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook, saved.")],
    timeout: Annotated[int, typer.Option(min=1, help="Seconds for one cell.")] = 20,
):
    """Run your notebook's visible checks and say which exercises pass; changes nothing."""
    from dlcourse import student

    with console.status(f"running {notebook.name}"):
        report = student.run(notebook, timeout=timeout)
    for sentence in report.notes:
        console.print(Text(sentence), soft_wrap=True)
    _print_checks(report.results, report.blank)
    console.print(_total(report.results))
    for sentence in report.remarks:
        console.print(Text(sentence), soft_wrap=True)
    if not report.passed:
        raise typer.Exit(1)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to make; an earlier demo is remade.")],
    root: Root = None,
):
    """Make a class of 12 with right and wrong answers to all built chapters, ready to grade."""
    from dlcourse import demo as maker

    table = Table("student", "what they handed in", box=None, pad_edge=False)
    for name, story in maker.make(folder, _root(root)):
        table.add_row(name, story)
    console.print(table)
    console.print(f"Grade them with: dlcourse grade --root {folder}", soft_wrap=True)


def _settings(*, timeout=None, memory=None, run_all=False, no_sandbox=False):
    """The Judge's traits that the command line names."""
    named = {"timeout": timeout, "memory": memory, "run_all": run_all or None}
    named["sandbox"] = False if no_sandbox else None
    return {name: value for name, value in named.items() if value is not None}


def _has_sandbox():
    from dlcourse.judge.sandbox import SandboxUnavailable, find_sandbox

    try:
        return bool(find_sandbox())
    except SandboxUnavailable:
        return False


def _show_progress(batch):
    """Run a batch with a bar; what an instructor should know of a submission is printed above."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    columns += (TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn())
    kept = 0
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("grading", total=len(batch.submissions))
        for one in batch.run():
            progress.update(task, advance=1, description=one.title)
            kept += one.kept
            for sentence in (*one.problems, *one.notes):
                progress.print(Text(f"{one.title}: {sentence}"), soft_wrap=True)
    if kept:
        console.print(f"{kept} submissions were graded before and are unchanged (--force).")


def _root(given):
    """The course's folder: exactly the one that is named, or the nearest around here."""
    if given is not None and not (given / course.CONFIG).is_file():
        raise CourseError(f"{given} is not a course: it holds no {course.CONFIG}.")
    return course.find_root(given)


def _check_targets(*paths):
    """Refuse a file that could not be written before the work is done, not after it."""
    for path in paths:
        if path and (path.is_dir() or not path.parent.is_dir()):
            raise CourseError(
                f"{path} cannot be written: it is a folder, or its folder is missing."
            )


def _class_table(submissions):
    """Student x chapter: points of what has been graded, and what a person still has to grade."""
    chapters = sorted({one.chapter.name for one in submissions})
    found = {(one.student, one.chapter.name): one for one in submissions}
    table = Table("student", box=None, pad_edge=False)
    for chapter in chapters:
        table.add_column(chapter, justify="right")
    table.add_column("to grade by hand")
    for student in sorted({one.student for one in submissions}):
        row = [found.get((student, chapter)) for chapter in chapters]
        waiting = [r.exercise for one in row if one for r in one.results if one.graded and r.waits]
        table.add_row(Text(student), *map(_standing, row), Text("\n".join(waiting)))
    return table


def _standing(one):
    if one is None:
        return "–"
    if not one.graded:
        return Text("not graded", style="red")
    points = sum(result.points or 0 for result in one.results)
    return f"{points:g} / {sum(result.max_points for result in one.results):g}"


def _print_checks(results, blank=()):
    """A line a check, its message below it."""
    width = max((len(result.check) for result in results), default=0)
    for result in results:
        points = "–" if result.points is None else f"{result.points:g}"
        mark, style = _mark(result, blank)
        line = Text(f"{mark} {result.check:{width}}  {points} of {result.max_points:g}")
        line.stylize(style, 0, 1)
        written = result.exercise not in blank
        console.print(line if written else line.append("  not written yet"), soft_wrap=True)
        if result.message and written:
            console.print(Text(textwrap.indent(result.message, "    ")), soft_wrap=True)


def _mark(result, blank):
    if result.points is None or result.exercise in blank:
        return "…", "yellow"
    return ("✓", "green") if result.passed else ("✗", "red")


def _total(results):
    points = sum(result.points or 0 for result in results)
    return f"{points:g} of {sum(result.max_points for result in results):g} points"
