"""docs/grader-quality.md: the published score of the grader, made from an audit."""

import json

KINDS = ("mistakes", "hints", "alternatives", "mutants")
FIRST_CONTACT = "tests/first_contact/rates.json"
HEAD = """\
# How good is the grader?

A grader can be wrong in two ways: it rejects what is right, or accepts what is wrong. These tables say how often ours
does, exercise by exercise. They are made by `dlcourse audit --mutants --page docs/grader-quality.md`; every answer goes
through the judge exactly as a submission does, and `make test` and CI hold the numbers.

- **caught**: wrong answers that students really write (`dlutils/mistakes/`) and that lose points, of all known.
- **named**: those of them to which a message says what the mistake was.
- **accepted**: right answers, written independently of the reference (`tests/alternatives/`), that keep every point.
- **killed**: mutants that lose points. A mutant is the reference with one small thing changed by a program
  (`dlcourse/mutants.py`): a comparison, an operator, a constant, an axis, a slice, a statement left out, arguments
  swapped, a copy dropped. Mutants that compute the same as the reference are listed with the reason in
  `tests/equivalent_mutants.toml` and not counted.

CI demands: caught and accepted 100 %, named at least 90 %, killed at least 95 % of every exercise and 98 % of all.
"""
TAIL = """\

## When a real student finds a new mistake

Put it into `dlutils/mistakes/TOPIC.py`, with a hint that completes "This is what you get when ...". If `make test` says that
it is not caught, the test cell in `solutions/NN_topic/topic.py` lacks a case: add one. A right answer that was rejected goes to
`tests/alternatives/TOPIC.py`. [adding-a-chapter.md](adding-a-chapter.md) shows both.
"""


def page(root, scores):
    """The page as text."""
    parts = [HEAD, _totals(scores), *map(_chapter, scores.items()), _first_contact(root), TAIL]
    return "\n".join(part for part in parts if part)


def _totals(scores):
    everything = [one for listed in scores.values() for one in listed]
    return "\n".join(
        [
            "\n## All chapters\n",
            "| chapter | caught | named | accepted | killed |",
            "|---|--:|--:|--:|--:|",
            *(_row(name, listed) for name, listed in scores.items()),
            _row("**all**", everything),
        ]
    )


def _chapter(item):
    name, listed = item
    return "\n".join(
        [
            f"\n## {name}\n",
            "| exercise | caught | named | accepted | killed |",
            "|---|--:|--:|--:|--:|",
            *(_row(f"`{one.exercise}`", [one]) for one in listed),
        ]
    )


def _row(name, listed):
    counts = []
    for kind in KINDS:
        pairs = [one.counts[kind] for one in listed if kind in one.counts]
        good, total = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        counts.append(f"{good} / {total}" if total else "–")
    return f"| {name} | {' | '.join(counts)} |"


def _first_contact(root):
    """How the grader judged answers of people who had seen the exercises' texts only."""
    path = root / FIRST_CONTACT
    if not path.is_file():
        return ""
    rows = [
        f"| {one['chapter']} | {one['right_rejected']} / {one['right']} "
        f"| {one['wrong_accepted']} / {one['wrong']} | {one['note']} |"
        for one in json.loads(path.read_text("utf-8"))
    ]
    return "\n".join(
        [
            "\n## First contact\n",
            "Answers by someone who had seen the exercise's text only (no test, no reference, no "
            "catalogue), graded as they came.",
            "What was judged wrongly is counted here as it was found, then mended, and the answers "
            "joined the catalogue.\n",
            "| chapter | right answers rejected | wrong answers accepted | what was mended |",
            "|---|--:|--:|---|",
            *rows,
        ]
    )
