"""Learning-rate schedules: their corners and laws. PyTorch's values: test_torch_values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlutils import cosine_schedule, step_schedule


def test_corners():
    assert cosine_schedule(0, 100, 0.2, 10) == pytest.approx(0.02)
    assert cosine_schedule(9, 100, 0.2, 10) == pytest.approx(0.2)
    assert cosine_schedule(10, 100, 0.2, 10) == pytest.approx(0.2)
    assert cosine_schedule(55, 100, 0.2, 10) == pytest.approx(0.1)
    assert cosine_schedule(100, 100, 0.2, 10) == pytest.approx(0.0)
    assert cosine_schedule(0, 100, 0.2, 0) == 0.2
    assert [step_schedule(t, 1.0, 2, 0.5) for t in range(5)] == [1, 1, 0.5, 0.5, 0.25]


@given(st.integers(1, 50), st.integers(0, 49), st.floats(1e-5, 10))
def test_the_cosine_rises_then_falls_and_stays_between_0_and_lr(total, warmup, lr):
    warmup = min(warmup, total - 1)
    rates = np.array([cosine_schedule(t, total, lr, warmup) for t in range(total + 1)])
    assert np.all((rates >= 0) & (rates <= lr * (1 + 1e-12)))
    assert np.all(np.diff(rates[:warmup]) >= 0) and np.all(np.diff(rates[warmup:]) <= 1e-15)


def test_rates_are_python_floats_that_leave_float32_alone():
    for rate in (cosine_schedule(3, 10, 0.1, 1), step_schedule(3, 0.1, 2, 0.5)):
        assert type(rate) is float


def test_rates_from_numpys_numbers_are_python_floats():
    for lr in (np.float64(0.1), np.float32(0.1)):
        assert type(cosine_schedule(np.int64(3), 10, lr, 5)) is float
        assert type(step_schedule(3, lr, 2, np.float64(0.5))) is float
