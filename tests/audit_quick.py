"""Authoring aid: run every mistake and alternative of a chapter through its test cells, here."""

import contextlib, importlib, io, re, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import jupytext
from dlutils import checks, mistakes
from tests import alternatives

topic = sys.argv[1]
source = next(Path(__file__).parents[1].glob(f"solutions/*_{topic}/{topic}.py"))
nb = jupytext.read(source)
cells = [
    (c.metadata["check"], c.metadata.get("kind", "value"), c.source)
    for c in nb.cells
    if "check" in c.metadata
]


def run(exercise, implementation):
    messages = {}
    for name, kind, code in cells:
        if name == exercise:
            with contextlib.redirect_stdout(io.StringIO()):
                try:
                    exec(code, {exercise: implementation, "__name__": "__main__"})
                except checks.CheckFailed as failure:
                    messages[kind] = str(failure)
    return messages


catalogue, right = mistakes.catalogue(), alternatives.all_alternatives()
bad = 0
for exercise in dict.fromkeys(name for name, _, _ in cells):
    import dlutils

    if fails := run(exercise, getattr(dlutils, exercise)):
        bad += 1
        print("REFERENCE FAILS", exercise, fails)
    caught = hinted = 0
    for m in catalogue.get(exercise, []):
        messages = run(exercise, m.implementation)
        caught += bool(messages)
        hinted += any(m.hint in text for text in messages.values())
        if not messages:
            bad += 1
            print("NOT CAUGHT", exercise, m.name)
        elif "-v" in sys.argv or not any(m.hint in t for t in messages.values()):
            print(f"--- {exercise} {m.name}")
            print(*messages.values(), sep="\n")
    accepted = 0
    for a in right.get(exercise, []):
        messages = run(exercise, a.implementation)
        accepted += not messages
        if messages:
            bad += 1
            print("REJECTED", exercise, a.name, *messages.values(), sep="\n")
    print(
        f"{exercise}: mistakes {caught}/{len(catalogue.get(exercise, []))}, hints {hinted}, alternatives {accepted}/{len(right.get(exercise, []))}"
    )
sys.exit(bool(bad))
