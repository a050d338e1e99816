"""dlcourse try: the verdict on single answers, whatever the file holds."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dlcourse import cli_grading, course, trial
from dlcourse.course import CourseError

app = typer.Typer()
app.command("try")(cli_grading.try_)
app.command("check")(cli_grading.check)


@pytest.fixture
def attempt(small_course, tmp_path):
    """Grade answers given as `attempt(neuron=source)`; (points by check, Outcome)."""

    def run(timeout=20, **sources):
        for exercise, source in sources.items():
            (tmp_path / f"{exercise}.py").write_bytes(source.encode("utf-8"))
        answers = [f"{exercise}={tmp_path / exercise}.py" for exercise in sources]
        outcome = trial.run(small_course.chapter, answers, {"timeout": timeout})
        return {r.check: r.points for r in outcome.results}, outcome

    return run


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("def neuron(x, w, b):\n    return (x * w).sum(axis=1) + b\n", 2),
        ("\ufeffdef neuron(x, w, b):\r\n    return x @ w + b\r\n", 2),
        ("from __future__ import annotations\nimport numpy\nneuron = lambda x, w, b: x @ w + b", 2),
        (
            "def neuron(x, w, b):\n    print(x)\n    return x @ w + b\n\n"
            "if __name__ == '__main__':\n    assert neuron is not None\n    print('fine')\n",
            2,
        ),
        ("def neuron(x, w, b):\n    return x @ w + b + 0 * slope\n\nslope = 1", 2),
        ("def neuron(x, w, b):\n    return x @ w\n", 0),
    ],
)
def test_right_and_wrong_answers(attempt, source, points):
    found, outcome = attempt(neuron=source)
    assert found == {"neuron-value": points, "neuron-purity": 1, "relu-value": 1}
    assert {result.check for result in outcome.shown} == {"neuron-value", "neuron-purity"}


def test_answers_that_define_nothing(attempt):
    found, outcome = attempt(
        neuron="def neuron(x, w, b)\n    return x", relu="def my_relu(x):\n    return x\n1 / 0\n"
    )
    assert not any(found.values())
    messages = {result.exercise: result.message for result in outcome.shown}
    assert "SyntaxError" in messages["neuron"]
    assert messages["relu"] == "relu is not defined: its cell defines nothing of that name."
    assert any("ZeroDivisionError" in note for note in outcome.notes)


def test_answer_that_uses_an_experiment_or_loops(attempt):
    found, outcome = attempt(
        relu="def relu(x):\n    return np.maximum(0, x) * slope * 4\n",
        neuron="def neuron(x, w, b):\n    while True:\n        pass\n",
        timeout=3,
    )
    assert found == {"neuron-value": 0, "neuron-purity": 0, "relu-value": 1}
    assert "slope" in outcome.notes[0]
    assert "infinite loop" in outcome.results[0].message


def test_command_line(small_course, tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text("def relu(x):\n    return x\n")
    call = ["try", "small", "--root", str(small_course.root)]
    out = tmp_path / "out.json"
    result = CliRunner().invoke(app, [*call, f"relu={answer}", "--json", str(out)])
    assert result.exit_code == 0 and "relu-value  0 of 1" in result.output
    records = json.loads(out.read_text("utf-8"))
    assert [record["points"] for record in records] == [2, 1, 0]
    assert records[0]["chapter"] == "01_small"
    for wrong, sentence in [
        ([f"rellu={answer}"], "01_small has: neuron, relu."),
        ([f"why={answer}"], "Unknown exercise 'why'"),
        ([f"relu={answer}", f"relu={answer}"], "answered twice"),
        (["relu=missing.py"], "missing.py cannot be read: No such file"),
        (["relu"], "does not say EXERCISE=FILE.py"),
    ]:
        failure = CliRunner().invoke(app, [*call, *wrong]).exception
        assert isinstance(failure, CourseError) and sentence in str(failure)
    failure = CliRunner().invoke(app, ["try", "9", f"relu={answer}", *call[2:]]).exception
    assert "Unknown chapter '9'" in str(failure)


def test_a_forward_with_a_cache_of_its_own_costs_no_backward(tmp_path):
    """The reference's backward, which is not tried, cannot read what this forward keeps."""
    path = tmp_path / "forward.py"
    path.write_text("def global_average_pool_forward(x):\n    return x.mean((2, 3)), [x]\n")
    (chapter,) = course.select(Path(__file__).parents[1], ["7"])
    outcome = trial.run(chapter, [f"global_average_pool_forward={path}"])
    assert all(result.passed for result in outcome.results)
