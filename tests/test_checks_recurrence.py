"""Cases for recurrent networks, and a purity check that stands on the reference."""

import numpy as np
import pytest

import dlutils as dl
from dlutils import checks


@pytest.mark.parametrize("sizes", [(3, 2, 4), (1, 1, 1)])
def test_a_step_case_fits_the_step(sizes):
    N, _, H = sizes
    dh, *arguments = checks.rnn_case(*sizes, back=True).copies()
    h, cache = dl.rnn_step_forward(*arguments)
    assert h.shape == dh.shape == (N, H)
    assert len(dl.rnn_step_backward(dh, cache)) == 5


def test_a_sequence_case_fits_the_sequence():
    arguments = checks.rnn_case(2, 3, 4, 5).copies()
    assert dl.rnn_forward(*arguments)[0].shape == (2, 3, 5)
    assert all(map(np.array_equal, arguments, checks.rnn_case(2, 3, 4, 5).copies()))


def test_two_tokens_share_as_the_softmax_says():
    tokens = dl.sample_sequence(*checks.two_tokens(lead=4.0, temperature=2.0).copies())
    assert np.mean(tokens) == pytest.approx(1 / (1 + np.exp(-2)), abs=0.06)


def test_a_wrong_step_does_not_cost_the_purity_of_the_sequence(capsys):
    names = {"np": np}
    exec(
        "def rnn_step_forward(x, h, Wx, Wh, b):\n"
        "    raise ValueError('not finished')\n"
        "def rnn_forward(x, h0, Wx, Wh, b):\n"
        "    h, states = h0, []\n"
        "    for t in range(x.shape[1]):\n"
        "        h, _ = rnn_step_forward(x[:, t], h, Wx, Wh, b)\n"
        "        states.append(h)\n"
        "    return np.stack(states, axis=1), None\n"
        "def careless(x, h0, Wx, Wh, b):\n"
        "    h0 += 1\n"
        "    return rnn_forward(x, h0, Wx, Wh, b)\n",
        names,
    )
    checks.unchanged("rnn_forward", names["rnn_forward"], checks.rnn_case(2, 3, 4, 5))
    assert "in place of yours" in capsys.readouterr().out
    with pytest.raises(checks.CheckFailed, match="changed its input h0"):
        checks.unchanged("rnn_forward", names["careless"], checks.rnn_case(2, 3, 4, 5))
