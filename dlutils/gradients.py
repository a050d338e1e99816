"""Gradients by finite differences, and how far two gradients are apart (chapter 3)."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Central differences (f(x + h e_i) - f(x - h e_i)) / 2h of a scalar f -> shape of x.

    x, an array of floats, is moved in place while f is called and restored exactly.
    """
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        below = f(x)
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


def gradient_error(analytic, numeric):
    """Largest relative difference, max |a - n| / max(1e-8, |a| + |n|), of two equal shapes."""
    gap = np.abs(analytic - numeric)
    return np.max(gap / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))
