"""Reference implementations of a deep-learning course, in numpy."""

from dlutils.activations import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    tanh,
    tanh_backward,
)
from dlutils.gradients import gradient_error, numerical_gradient
from dlutils.linear import linear_backward, linear_forward
from dlutils.losses import binary_cross_entropy, cross_entropy, cross_entropy_backward, mse_loss
from dlutils.metrics import accuracy
from dlutils.mlp import count_parameters, gradient_descent_step, mlp_backward, mlp_forward
from dlutils.perceptron import (
    layer,
    neuron,
    perceptron_predict,
    perceptron_update,
    train_perceptron,
    xor_network,
)

__version__ = "0.1.0"
