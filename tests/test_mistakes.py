"""The grader graded: every known mistake loses points, every right answer keeps them."""

import re
from pathlib import Path

import pytest

import dlutils
from dlcourse import cells, course, source
from dlutils import checks, mistakes
from tests.alternatives import all_alternatives

CHAPTERS = course.chapters(Path(__file__).parents[1])
CHECKS = [cell for chapter in CHAPTERS for cell in source.read(chapter) if cell.role == "check"]
EXERCISES = list(dict.fromkeys(cell.exercise for cell in CHECKS))


def failures(exercise, answer, forward=None):
    """The messages of the test cells that an answer fails.

    A backward answer stands beside the forward whose cache it reads: the reference's by default.
    """
    messages, given = [], cells.GIVEN.get(exercise, ())
    namespace = {name: getattr(checks, name) for name in given} | {exercise: answer}
    if "_backward" in exercise:
        name = exercise.replace("_backward", "_forward")
        namespace[name] = forward or getattr(dlutils, name, None)
    for cell in CHECKS:
        if cell.exercise == exercise:
            try:
                exec(compile(cell.source, "test cell", "exec"), namespace)
            except checks.CheckFailed as failure:
                messages.append(str(failure))
    return messages


def known(catalogue):
    return [
        pytest.param(entry, id=f"{exercise}-{entry.name}")
        for exercise in EXERCISES
        for entry in catalogue.get(exercise, [])
    ]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise):
    assert failures(exercise, getattr(dlutils, exercise)) == []


@pytest.mark.parametrize("mistake", known(mistakes.catalogue()))
def test_every_mistake_loses_points_and_is_named(mistake):
    messages = failures(mistake.exercise, mistake.implementation)
    assert messages
    for message in messages:
        assert len(message.splitlines()) <= 12
    assert any(mistake.hint in message for message in messages), messages
    assert not re.search(r"[.!?]$", mistake.hint)


@pytest.mark.parametrize("alternative", known(all_alternatives()))
def test_every_alternative_keeps_its_points(alternative):
    messages = failures(alternative.exercise, alternative.implementation, alternative.forward)
    assert messages == []


def test_the_catalogue_knows_no_strangers():
    assert set(mistakes.catalogue()) <= set(EXERCISES)
    assert set(all_alternatives()) <= set(EXERCISES)
