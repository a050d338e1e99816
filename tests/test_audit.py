"""The audit counts rightly, and mutants are the changes that they claim to be."""

import pytest
from typer.testing import CliRunner

from dlcourse import audit
from dlcourse.cli import app
from dlcourse.mutants import mutants

SETTINGS = {"sandbox": False}
SOURCE = '''\
def scaled(x, low=0.5, *, eps=1e-8):
    """Not - to + be * changed."""
    y = np.maximum(x, low) - x.sum(axis=1)
    total = np.abs(x - y) + sum(a * b for a, b in zip(x, y, strict=True))
    if total > 3:
        total = total + 1
    return total / eps, x.T[1:].copy()
'''
NEURON = "def neuron(x, w, b):\n"
COMMUTED = "- return x @ w + b\n+ return b + x @ w"


@pytest.fixture
def answers():
    """Answers to the exercise `neuron`, one of every kind of verdict."""
    right = "def neuron(x, w, b):\n    return "
    said = "the sum is halved"
    return [
        audit.Answer("neuron", "mistakes", "half", f"{right}(x @ w + b) / 2", ""),
        audit.Answer("neuron", "mistakes", "unnamed", f"{right}(x @ w + b) / 2", said),
        audit.Answer("neuron", "mistakes", "passes", f"{right}b + x @ w", said),
        audit.Answer("neuron", "alternatives", "loop", f"{right}[sum(r * w) + b for r in x]"),
        audit.Answer("neuron", "alternatives", "wrong", f"{right}x @ w"),
        audit.Answer("neuron", "mutants", "killed", f"{right}x @ w - b"),
        audit.Answer("neuron", "mutants", "survives", f"{right}b + x @ w"),
        audit.Answer("neuron", "mutants", "no cell", "def neuron(:"),
    ]


def test_verdicts_are_counted(small_course, answers):
    findings = audit.examine(small_course.chapter, answers, SETTINGS)
    one = audit.score("neuron", findings)
    assert one.counts == {
        "mistakes": (2, 3), "hints": (1, 3), "alternatives": (1, 2), "mutants": (2, 3),
    }  # fmt: skip
    assert [f.answer.name for f in one.wrong] == ["unnamed", "passes", "wrong", "survives"]
    assert not one.passes()
    assert one.wrong[2].messages, "what the grader said to the alternative"


def test_bars():
    def scores(**counts):
        return {"01_small": [audit.Score("neuron", counts)]}

    assert audit.passes(scores(mistakes=(9, 9), hints=(9, 10), mutants=(99, 100)))
    assert not audit.passes(scores(mistakes=(8, 9)))
    assert not audit.passes(scores(alternatives=(0, 1)))
    assert not audit.passes(scores(hints=(8, 10)))
    assert not audit.passes(scores(mutants=(94, 100)))
    assert not audit.passes(scores(mutants=(97, 100))), "98 % over all"


def test_equivalent_mutants_are_not_counted(small_course, tmp_path):
    course = small_course.copy(tmp_path)
    before = [one.name for one in audit.answers(course.chapter, mutants=True)]
    excused = "- return x @ w + b\n+ return x @ w - b"
    assert excused in before
    (tmp_path / "tests").mkdir()
    entry = f'''[[mutant]]\nexercise = "neuron"\nchange = """\n{excused}\n"""\nreason = "-"\n'''
    (tmp_path / audit.EQUIVALENT).write_text(entry, encoding="utf-8")
    after = [one.name for one in audit.answers(course.chapter, mutants=True)]
    assert sorted([*after, excused]) == sorted(before)


def test_a_surviving_mutant_is_shown_and_fails(small_course, monkeypatch):
    killed = audit.Answer("neuron", "mutants", COMMUTED, "def neuron(x, w, b):\n    return b")
    survives = audit.Answer("neuron", "mutants", COMMUTED, f"{NEURON}    return b + x @ w")
    for answer, code in ((killed, 0), (survives, 1)):
        monkeypatch.setattr(audit, "answers", lambda *_, one=answer, **__: [one])
        result = CliRunner().invoke(
            app, ["audit", "1", "--jobs", "1", "--no-sandbox", "--root", str(small_course.root)]
        )
        assert result.exit_code == code, result.output
        assert (f"survives in neuron:\n{COMMUTED}" in result.output) == bool(code)


def test_mutants_of_a_small_source():
    found = {one.change: one.source for one in mutants(SOURCE)}
    lines = SOURCE.splitlines()
    for change in (
        f"- {lines[0]}\n+ {lines[0].replace('1e-8', '0.0')}",
        f"- {lines[0]}\n+ {lines[0].replace('0.5', '1.0')}",
        f"- {lines[2].strip()}\n+ {lines[2].strip().replace('axis=1', 'axis=2')}",
        f"- {lines[2].strip()}\n+ {lines[2].strip().replace('axis=1', '')}",
        f"- {lines[2].strip()}\n+ {lines[2].strip().replace('maximum', 'minimum')}",
        "- if total > 3:\n+ if total >= 3:",
        "- total = total + 1\n+ total += 1",
        "- total = total + 1\n+ pass",
        "- return total / eps, x.T[1:].copy()\n+ return total / eps, x.T[1:]",
        "- return total / eps, x.T[1:].copy()\n+ return x.T[1:].copy(), total / eps",
    ):
        assert change in found, change
    for change, source in found.items():
        compile(source, "mutant", "exec")
        assert source != SOURCE and change
        assert "maximum(low, x)" not in source and "abs(y - x)" not in source
        assert "strict=True" in source or "zip" not in source
        assert '"""Not - to + be * changed."""' in source
