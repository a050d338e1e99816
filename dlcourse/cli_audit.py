"""The command `dlcourse audit`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dlcourse import course
from dlcourse.cli_grading import Json, NoSandbox, Root, _check_targets, _root, _settings

console = Console(highlight=False)


def audit(
    chapters: Annotated[
        list[str] | None,
        typer.Argument(help="Folder, topic or number of a chapter; all chapters for none."),
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also generated mutants of every solution.")
    ] = False,
    root: Root = None,
    json: Json = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Write docs/grader-quality.md to this file.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    no_sandbox: NoSandbox = False,
):
    """Grade the grader: known mistakes, right alternatives and mutants through the real judge."""
    from dlcourse import audit as auditor
    from dlcourse import quality

    top = _root(root)
    _check_targets(json, page)
    chosen = course.select(top, chapters)
    total = sum(len(auditor.answers(chapter, mutants=mutants)) for chapter in chosen)
    columns = (TextColumn("auditing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        scores = auditor.run(
            chosen,
            mutants=mutants,
            jobs=jobs,
            settings=_settings(no_sandbox=no_sandbox),
            each=lambda count: progress.update(task, advance=count),
        )
    for name, listed in scores.items():
        console.print(_table(name, listed))
        for finding in (f for one in listed for f in one.wrong):
            _print_wrong(finding)
    if json:
        auditor.write_json(scores, json)
    if page:
        page.write_text(quality.page(top, scores), "utf-8")
    if not auditor.passes(scores):
        raise typer.Exit(1)


def _table(name, listed):
    table = Table(name, box=None, pad_edge=False)
    kinds = ("mistakes", "hints", "alternatives", "mutants")
    for heading in ("caught", "named", "accepted", "killed"):
        table.add_column(heading, justify="right")
    for one in listed:
        counts = [one.counts.get(kind) for kind in kinds]
        cells_ = ["–" if pair is None else f"{pair[0]} / {pair[1]}" for pair in counts]
        table.add_row(one.exercise, *cells_, style=None if one.passes() else "red")
    return table


def _print_wrong(finding):
    answer = finding.answer
    if answer.kind == "mutants":
        console.print(Text(f"survives in {answer.exercise}:\n{answer.name}"), style="red")
    elif answer.kind == "alternatives":
        said = "\n".join(finding.messages)
        console.print(Text(f"rejected: {answer.exercise}, {answer.name}\n{said}"), style="red")
    else:
        what = "not named" if finding.right else "not caught"
        console.print(Text(f"{what}: {answer.exercise}, {answer.name} ({answer.hint})"))
