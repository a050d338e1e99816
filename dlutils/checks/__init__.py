"""The vocabulary of the test cells: short checks that say what is wrong, not only that it is.

    checks.agrees("neuron", neuron, checks.case(x=np.array([[1.0, 2.0]]), w=np.ones(2), b=0.5))

Every check takes the exercise's name, the student's answer, and the cases to try. The expected
values come from `dlutils.NAME`, on copies of the inputs, before the answer is called. A check
passes with one printed line or raises CheckFailed with a message of at most twelve lines. With
`hidden=True` the message names shapes and the kind of failure, never an input or a value, and
what the answer prints is dropped.
"""

import numpy as np

import dlutils
from dlutils import mistakes
from dlutils.checks import hints, laws, report
from dlutils.checks.augmenting import (
    crop_shifts,
    crop_spread,
    erase_places,
    erase_spread,
    flip_counts,
    flip_share,
    image_case,
    mixup_case,
    mixup_gap,
    mixup_shares,
    noise_at_ends,
    noise_moments,
    noise_spread,
    value_range,
)
from dlutils.checks.calling import Case, call, plain_call, standing_on_reference
from dlutils.checks.cases import mlp_case, random_case
from dlutils.checks.compare import RTOL, difference
from dlutils.checks.dropping import (
    drop_case,
    drop_counts,
    drop_factors,
    drop_pair,
    drop_share,
    drop_spread,
)
from dlutils.checks.engines import chain, differentiate, formulas, make_graph, ordering
from dlutils.checks.gated import (
    change_by_second_call,
    gru_case,
    lstm_case,
    lstm_example,
    outputs,
)
from dlutils.checks.language import (
    bag_case,
    beam_case,
    by_id,
    followers,
    late_regret_case,
    spelled,
    tie_case,
)
from dlutils.checks.networks import step_network
from dlutils.checks.normalization import (
    batch_norm_case,
    batch_norm_example,
    fold_case,
    group_norm_case,
    normed,
    running_after,
    running_case,
    spatial_example,
)
from dlutils.checks.pairs import backward_pair
from dlutils.checks.recognition import calibration_case, place_score, temperature_case
from dlutils.checks.recurrence import rnn_case, two_tokens
from dlutils.checks.report import CheckFailed
from dlutils.checks.returned import is_input, typed
from dlutils.checks.stepping import several_steps, step_twice
from dlutils.checks.training import (
    epochs_of_batches,
    fit_case,
    init_case,
    stopping_run,
    stopping_run_in_place,
    weight_shape,
    weight_sums,
    weight_variance,
)
from dlutils.checks.transfer import frozen_case, frozen_change, head_case
from dlutils.checks.transformers import (
    attention_case,
    block_case,
    heads_case,
    lookup_case,
    norm_case,
    unit_block_case,
)
from dlutils.checks.twice import second_call
from dlutils.checks.windows import conv_case, pool_case

__all__ = [
    "CheckFailed",
    "agrees",
    "attention_case",
    "backward_pair",
    "bag_case",
    "batch_norm_case",
    "batch_norm_example",
    "beam_case",
    "block_case",
    "by_id",
    "calibration_case",
    "case",
    "chain",
    "change_by_second_call",
    "conv_case",
    "crop_shifts",
    "crop_spread",
    "differentiate",
    "drop_case",
    "drop_counts",
    "drop_factors",
    "drop_pair",
    "drop_share",
    "drop_spread",
    "epochs_of_batches",
    "erase_places",
    "erase_spread",
    "fit_case",
    "flip_counts",
    "flip_share",
    "fold_case",
    "followers",
    "formulas",
    "frozen_case",
    "frozen_change",
    "group_norm_case",
    "gru_case",
    "head_case",
    "heads_case",
    "holds",
    "image_case",
    "init_case",
    "is_input",
    "late_regret_case",
    "lookup_case",
    "lstm_case",
    "lstm_example",
    "make_graph",
    "mixup_case",
    "mixup_gap",
    "mixup_shares",
    "mlp_case",
    "noise_at_ends",
    "noise_moments",
    "noise_spread",
    "norm_case",
    "normal",
    "normed",
    "ordering",
    "outputs",
    "place_score",
    "pool_case",
    "raises",
    "random_case",
    "rnn_case",
    "running_after",
    "running_case",
    "second_call",
    "several_steps",
    "spatial_example",
    "spelled",
    "step_network",
    "step_twice",
    "stopping_run",
    "stopping_run_in_place",
    "temperature_case",
    "tie_case",
    "two_tokens",
    "typed",
    "unchanged",
    "unit_block_case",
    "value_range",
    "weight_shape",
    "weight_sums",
    "weight_variance",
]

case = Case


def normal(*shape, seed):
    """Standard normal numbers of the given shape, the same for the same seed."""
    return np.random.default_rng(seed).normal(size=shape)


def agrees(exercise, answer, *cases, hidden=False, using=plain_call, rtol=RTOL):
    """The answer gives what the reference gives, in shape and value, in every case.

    `using(implementation, *arguments)` says how an answer is used where a plain call is not
    enough: it gets the answer or the reference and returns plain data to compare.
    """
    reference = _reference(exercise)
    expected = [_expected(exercise, reference, one, using, rtol) for one in cases]

    def attempt():
        outcomes = [call(answer, one, using) for one in cases]
        failing = [
            i
            for i, (outcome, value) in enumerate(zip(outcomes, expected, strict=True))
            if outcome.error is not None or difference(value, outcome.value, rtol) is not None
        ]
        return outcomes, failing

    outcomes, failing = attempt()
    note = ""
    if failing:
        (outcomes, failing), note = _second_chance(exercise, answer, attempt, (outcomes, failing))
    if not hidden:
        _show_prints(outcomes)
    if not failing:
        return _passed(exercise, len(cases), "agree with the reference" + note, hidden)

    worst = min(failing, key=lambda i: cases[i].size)
    names = report.output_names(reference, expected[worst])
    hint = hints.hint(exercise, cases, outcomes, expected, using)
    if hidden:
        lines = [report.describe_hidden(outcomes[worst], expected[worst], names, rtol)]
    else:
        lines = report.describe_outcome(outcomes[worst], expected[worst], names, rtol)
    raise _failure(exercise, cases, worst, hidden, lines, hint)


def unchanged(exercise, answer, *cases, hidden=False, using=plain_call):
    """The answer leaves its inputs as they were (Generators, which draw, apart)."""

    def attempt():
        outcomes = [call(answer, one, using) for one in cases]
        pairs = list(zip(cases, outcomes, strict=True))
        changed = [hints.changed_arguments(one, outcome) for one, outcome in pairs]
        failing = [i for i, (_, one) in enumerate(pairs) if one.error is not None or changed[i]]
        return (outcomes, changed), failing

    found, failing = attempt()
    note = ""
    if failing:
        (found, failing), note = _second_chance(exercise, answer, attempt, (found, failing))
    outcomes, changed = found
    if not hidden:
        _show_prints(outcomes)
    if not failing:
        return _passed(exercise, len(cases), "leave the inputs unchanged" + note, hidden)
    index = failing[0]
    if (outcome := outcomes[index]).error is not None:
        lines = (
            [report.describe_hidden(outcome, None, (), RTOL)]
            if hidden
            else report.describe_outcome(outcome, None, (), RTOL)
        )
        raise _failure(exercise, cases, index, hidden, lines)
    line = f"changed its input {report.join(changed[index])}: work on a copy."
    hint = hints.hint_for_changed(exercise, cases, outcomes, using)
    raise _failure(exercise, cases, index, hidden, [line], hint)


def raises(exercise, answer, error, *cases, hidden=False, using=plain_call):
    """The answer refuses every case with the given kind of error."""
    outcomes = [call(answer, one, using) for one in cases]
    if not hidden:
        _show_prints(outcomes)
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome.error, error):
            continue
        got = "returned a value"
        if outcome.error is not None:
            got = report.describe_hidden(outcome, None, (), RTOL)
        line = f"should raise {error.__name__}, but {got}"
        hint = hints.hint_for_accepting(exercise, cases, outcomes, error, using)
        raise _failure(exercise, cases, index, hidden, [line], hint)
    _passed(exercise, len(cases), f"raise {error.__name__}", hidden)


def holds(exercise, answer, law, *cases, measure, within, hidden=False):
    """A law, for answers that draw at random: what `measure` finds lies in a range in every case.

    `law` is a short sentence for the student ("the variance of the weights"). `measure(
    implementation, *arguments)` uses an answer and returns a number or an array of numbers, each of
    which must lie in `within=(low, high)`, both ends included. The reference must obey it too.
    """
    reference = _reference(exercise)
    for one in cases:
        if laws.broken(call(reference, one, measure), within):
            raise RuntimeError(f"the reference of {exercise} breaks the law: {law}")

    def attempt():
        outcomes = [call(answer, one, measure) for one in cases]
        return outcomes, [i for i, one in enumerate(outcomes) if laws.broken(one, within)]

    outcomes, failing = attempt()
    note = ""
    if failing:
        (outcomes, failing), note = _second_chance(exercise, answer, attempt, (outcomes, failing))
    if not hidden:
        _show_prints(outcomes)
    if not failing:
        return _passed(exercise, len(cases), f"obey the law{note}: {law}", hidden)
    worst = min(failing, key=lambda i: cases[i].size)
    lines = laws.describe(law, outcomes[worst], within, hidden)
    hint = laws.hint(exercise, cases, outcomes, measure, within)
    raise _failure(exercise, cases, worst, hidden, lines, hint)


def _reference(exercise):
    try:
        return getattr(dlutils, exercise)
    except AttributeError:
        raise LookupError(f"dlutils has no reference named {exercise!r}") from None


def _expected(exercise, reference, one, using, rtol):
    """The reference's value, which must be finite and not empty, or the check proves nothing."""
    outcome = call(reference, one, using)
    if outcome.error is not None:
        raise RuntimeError(f"the reference of {exercise} fails on a case") from outcome.error
    if difference(outcome.value, outcome.value, rtol) is not None:
        raise RuntimeError(f"the reference of {exercise} gives no finite value on a case")
    if outcome.value is None or (isinstance(outcome.value, np.ndarray) and outcome.value.size == 0):
        raise RuntimeError(f"the reference of {exercise} gives nothing to compare on a case")
    return outcome.value


def _second_chance(exercise, answer, attempt, first):
    """Try again with the reference in place of the other exercises that the answer calls."""
    references = {
        name: getattr(dlutils, name) for name in mistakes.catalogue() if hasattr(dlutils, name)
    }
    with standing_on_reference(answer, exercise, references) as replaced:
        if not replaced:
            return first, ""
        return attempt(), f" (with the reference's {report.join(replaced)} in place of yours)"


def _show_prints(outcomes):
    for outcome in outcomes:
        if outcome.printed:
            print(outcome.printed, end="")


def _passed(exercise, count, what, hidden):
    kind = "hidden case" if hidden else "case"
    if count == 1:
        what = what.replace("agree ", "agrees ").replace("leave ", "leaves ")
        what = what.replace("raise ", "raises ").replace("obey ", "obeys ")
    print(f"✓ {exercise}: {count} {kind}{'s' if count > 1 else ''} {what}")


def _failure(exercise, cases, index, hidden, lines, hint=""):
    if hidden:
        title = f"{exercise}: hidden case {index + 1} of {len(cases)}"
    else:
        title = (
            f"{exercise}: case {index + 1} of {len(cases)}: {report.describe_case(cases[index])}"
        )
    lines = [*(line[: report.WIDTH * 2] for line in lines), hint]
    return CheckFailed("\n".join([title, *(f"  {line}" for line in lines if line)]))
