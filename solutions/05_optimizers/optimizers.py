# %% [markdown]
# # 5. Optimisation algorithms
#
# In [chapter 3](../03_backward_pass/backward_pass.ipynb) you took one step against the gradient
# with several learning rates. With 1.0 the loss fell by 0.7. With 10 it leapt over the valley,
# from 2.4 to 12.9. Where does a step become too long?
#
# The answer is one formula, $2/L$. It explains more than the accident: the step that the steepest
# direction can bear is far too short for all others. Momentum, step sizes for each weight, Adam:
# each is a way out of this conflict.
#
# You write ten short functions (31 points) and answer one question in words (3 points). You will
# see the oldest optimiser beat the most popular one, and a network steer itself to the edge of
# $2/L$.

# %%
import matplotlib.pyplot as plt
import numpy as np

from dlutils import accuracy, datasets, plotting, results
from dlutils.results.optimizers import first_weights, logits_of, loss_and_gradients

plotting.use_course_style()

# %% [markdown]
# ## A bowl with two slopes
#
# Take the simplest loss that has the trouble in it: two weights, and a bowl that is 25 times as
# curved across as along.
#
# $$f(w) = \tfrac12\,(w_0^2 + 25\,w_1^2), \qquad \nabla f(w) = (w_0,\ 25\,w_1).$$
#
# Start at (10, 1) and take 100 steps $w \leftarrow w - \eta\,\nabla f(w)$. Here are six learning
# rates $\eta$. Before you run the cell: which will come closest to 0?

# %% tags=["nbval-check-output"]
def bowl(w):
    return 0.5 * (w[0] ** 2 + 25 * w[1] ** 2)


def bowl_slope(w):
    return np.array([w[0], 25 * w[1]])


for lr in (0.01, 0.04, 0.077, 0.079, 0.080, 0.081):
    w = np.array([10.0, 1.0])
    for _ in range(100):
        w = w - lr * bowl_slope(w)
    print(f"lr {lr:.3f}: loss {bowl(w):10.2g}")

# %% [markdown]
# The best of them, 0.077, stands right beside the cliff. At 0.080 the loss gets stuck at 13, at
# 0.081 it explodes.
#
# ## Exercise 5.1: sgd_step
#
# Write the step as a function. It is called **stochastic gradient descent**, SGD, when the
# gradient comes from a minibatch, as it does in training:
#
# $$w \leftarrow w - \eta\,dw.$$
#
# `w` and `dw` are arrays of one shape, any shape; `lr` is $\eta$. Returns the new `w` (1 point).
# The arrays you were given stay as they were (1 point).
#
# With `w = [1, -2]`, `dw = [0.5, -4]` and `lr=0.1` you should get `[0.95, -1.6]`.

# %% solution="sgd_step"
def sgd_step(w, dw, lr):
    """Against the gradient: w - lr dw -> w."""
    ### BEGIN SOLUTION
    return w - lr * dw
    ### END SOLUTION

# %% check="sgd_step" points=1
import numpy as np
from dlutils import checks

checks.agrees("sgd_step", sgd_step,
    checks.case(w=np.array([1.0, -2.0]), dw=np.array([0.5, -4.0]), lr=0.1))
### BEGIN HIDDEN TESTS
checks.agrees("sgd_step", sgd_step, checks.random_case(0, w=(2, 3), dw=(2, 3), lr=0.7),
    checks.random_case(1, w=(4,), dw=(4,), lr=2.0),
    checks.random_case(2, w=(2, 1, 3), dw=(2, 1, 3), lr=0.3), hidden=True)
### END HIDDEN TESTS

# %% check="sgd_step" kind="purity" points=1
import numpy as np
from dlutils import checks

checks.unchanged("sgd_step", sgd_step,
    checks.case(w=np.array([1.0, -2.0]), dw=np.array([0.5, -4.0]), lr=0.1))
### BEGIN HIDDEN TESTS
checks.unchanged("sgd_step", sgd_step, checks.random_case(0, w=(2, 3), dw=(2, 3), lr=0.7),
    hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# Optimisers with a memory will follow. So that one loop serves all, a step is from now on a
# function `step(w, dw, state, lr)` that returns the new `w` and the new state. SGD, here `plain`,
# has nothing to remember. `descend` collects the points that a step visits.
#
# **In the figure** are 20 steps on the contour lines of the bowl, from (10, 1) at the ring. With
# 0.01 (left) the path drops towards the axis and creeps along it, and has not gone a fifth of the
# way. With 0.077 it zigzags across the axis and closes in on the middle. With 0.081 it zigzags
# wider with every step.

# %% experiment
def plain(w, dw, state, lr):
    return sgd_step(w, dw, lr), None


def descend(step, slope, start, steps, *constants):
    path, state = [np.array(start)], None
    for _ in range(steps):
        w, state = step(path[-1], slope(path[-1]), state, *constants)
        path.append(w)
    return np.array(path)


fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.2), sharey=True)
for ax, lr in zip(axes, (0.01, 0.077, 0.081), strict=True):
    plotting.contours(ax, bowl, (-11, 11), (-2.2, 2.2))
    plotting.draw_path(ax, descend(plain, bowl_slope, (10.0, 1.0), 20, lr))
    ax.set(title=f"lr {lr}", xlabel="weight $w_0$", ylabel="weight $w_1$")
fig.suptitle("Too short along the valley, or too long across it", x=0.01, ha="left")
plt.show()

# %% [markdown]
# Along $w_i$ the slope is $\lambda_i w_i$, with the curvatures 1 and 25. So a step multiplies:
# $w_i \leftarrow (1 - \eta\,\lambda_i)\,w_i$. This shrinks if $|1 - \eta\,\lambda_i| < 1$, that
# is, if $\eta < 2/\lambda_i$. The largest curvature $L$ decides: **gradient descent diverges
# beyond $\eta = 2/L$**, here 0.08.
#
# ## A memory for the direction
#
# Look at the middle path. Across the valley the gradient changes its sign at every step; along the
# valley it keeps it. A memory of the last gradients could tell the two apart.
#
# Keep a velocity $v$ that decays by a factor, say 0.9, and collects gradients. What becomes of a
# gradient that is always 1, and of one that is 1 and -1 in turn?

# %% tags=["nbval-check-output"]
def velocity(gradients, momentum=0.9):
    v = 0.0
    for dw in gradients:
        v = momentum * v + dw
    return v


print("steps      1     2     3    10   100   101")
for name, sign in (("always 1", 1), ("in turn", -1)):
    velocities = [velocity([sign**k for k in range(n)]) for n in (1, 2, 3, 10, 100, 101)]
    print(f"{name:8}", *[f"{v:5.2f}" for v in velocities])

# %% [markdown]
# What agrees grows to $1/(1 - 0.9) = 10$, what alternates shrinks to $1/(1 + 0.9) = 0.53$.
#
# ## Exercise 5.2: momentum_step
#
# This is **momentum** (Polyak, 1964). With $v = 0$ before the first step:
#
# $$v \leftarrow \text{momentum} \cdot v + dw, \qquad w \leftarrow w - \eta\,v.$$
#
# Returns `(w, state)` (2 points). `state` is `None` at first, later what your last step returned:
# arrays, numbers, tuples, lists or dicts, as you like. No check looks inside.
#
# `w` and `dw` have one shape, any shape; they *and the old state* stay as they were (1 point).
# This holds for all exercises with a state.
#
# With `w = [1, -2]`, `lr=0.1`, `momentum=0.5` and the gradients `[0.5, -4]`, then `[1, 2]`, you
# should get `[0.95, -1.6]`, then `[0.825, -1.6]`.

# %% solution="momentum_step"
def momentum_step(w, dw, state, lr, momentum=0.9):
    """v = momentum v + dw, then w - lr v -> w, state (None before the first step)."""
    ### BEGIN SOLUTION
    v = dw + (0 if state is None else momentum * state)
    return w - lr * v, v
    ### END SOLUTION

# %% check="momentum_step" points=2
import numpy as np
from dlutils import checks

checks.agrees("momentum_step", momentum_step, checks.case(w=np.array([1.0, -2.0]), gradients=[
    np.array([0.5, -4.0]), np.array([1.0, 2.0])], lr=0.1, momentum=0.5),
    checks.random_case(0, w=(3,), gradients=[(3,)] * 4, lr=0.3), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("momentum_step", momentum_step, *[checks.random_case(2, w=shape, gradients=[shape] *
    5, lr=lr, momentum=momentum) for shape, lr, momentum in (((2, 3), 0.7, 0.6),
    ((4,), 2.0, 0.25), ((2, 1, 2), 0.1, 0.99))], using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="momentum_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("momentum_step", momentum_step, checks.random_case(0, w=(3,),
    gradients=[(3,)] * 4, lr=0.3, momentum=0.8), using=checks.several_steps)
checks.holds("momentum_step", momentum_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3, momentum=0.8),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# ## Exercise 5.3: nesterov_step
#
# A ball that rolls fast sees the slope where it is, though in a moment it will be elsewhere.
# Nesterov (1983) looks ahead. In the form that libraries use (Sutskever and others, 2013), with
# $v = 0$ before the first step,
#
# $$v \leftarrow \text{momentum} \cdot v + dw, \qquad
# w \leftarrow w - \eta\,(dw + \text{momentum} \cdot v),$$
#
# with the *new* $v$ in the second formula. Returns `(w, state)` (2 points), inputs unchanged
# (1 point).
#
# With `w = [1, -2]`, `lr=0.1`, `momentum=0.5` and the gradients `[0.5, -4]`, then `[1, 2]`, you
# should get `[0.925, -1.4]`, then `[0.7625, -1.6]`.

# %% solution="nesterov_step"
def nesterov_step(w, dw, state, lr, momentum=0.9):
    """v = momentum v + dw, then w - lr (dw + momentum v) with the new v -> w, state."""
    ### BEGIN SOLUTION
    v = dw + (0 if state is None else momentum * state)
    return w - lr * (dw + momentum * v), v
    ### END SOLUTION

# %% check="nesterov_step" points=2
import numpy as np
from dlutils import checks

checks.agrees("nesterov_step", nesterov_step, checks.case(w=np.array([1.0, -2.0]), gradients=[
    np.array([0.5, -4.0]), np.array([1.0, 2.0])], lr=0.1, momentum=0.5),
    checks.random_case(0, w=(3,), gradients=[(3,)] * 4, lr=0.3), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("nesterov_step", nesterov_step, *[checks.random_case(2, w=shape, gradients=[shape] *
    5, lr=lr, momentum=momentum) for shape, lr, momentum in (((2, 3), 0.7, 0.6),
    ((4,), 2.0, 0.25), ((2, 1, 2), 0.1, 0.99))], using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="nesterov_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("nesterov_step", nesterov_step, checks.random_case(0, w=(3,),
    gradients=[(3,)] * 4, lr=0.3, momentum=0.8), using=checks.several_steps)
checks.holds("nesterov_step", nesterov_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3, momentum=0.8),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# What is the memory worth on the bowl? Its **condition number** $\kappa$, largest curvature by
# smallest, is 25. At best, plain steps shrink the error by $(\kappa - 1)/(\kappa + 1) = 0.923$
# each, with $\eta = 2/26$. Steps with momentum reach
# $(\sqrt\kappa - 1)/(\sqrt\kappa + 1) = 0.667$. (Lessard and others, 2016, list the constants that
# are used below.)
#
# **In the figure** the loss falls over 60 steps, on a logarithmic axis. Gradient descent (blue)
# gets from 63 to 0.004, Nesterov (orange, dashed) to about $10^{-10}$, momentum 0.44 (green,
# dash-dotted) to $10^{-16}$. Momentum 0.9 (pink, dotted) swings up and down and stays above
# gradient descent for most of the way. Why does the usual 0.9 fail here?

# %% experiment
runs = {
    "gradient descent": (plain, 2 / 26),
    "Nesterov, momentum 0.63": (nesterov_step, 4 / 76, 0.627),
    "momentum 0.44": (momentum_step, 4 / 36, 4 / 9),
    "momentum 0.9": (momentum_step, 4 / 36, 0.9),
}
fig, ax = plt.subplots()
for (name, (step, *constants)), mark in zip(runs.items(), ("-", "--", "-.", ":"), strict=True):
    path = descend(step, bowl_slope, (10.0, 1.0), 60, *constants)
    ax.semilogy([bowl(w) for w in path], mark, label=name)
ax.set(xlabel="step", ylabel="loss")
ax.set_title("The right momentum wins, too much of it gains nothing")
ax.legend()
plt.show()

# %% [markdown]
# With 0.9 the ball forgets only by $\sqrt{0.9} = 0.949$ per step. It is a constant for long
# valleys: at $\kappa = 1000$ the best momentum is 0.88, and the factors are 0.998 without it and
# 0.939 with it.
#
# ## Exercise 5.4: adagrad_step
#
# Could each weight have a step that suits its own gradients? **AdaGrad** (Duchi and others, 2011)
# divides by the root of all squares so far, entry by entry. With $s = 0$ before the first step:
#
# $$s \leftarrow s + dw^2, \qquad w \leftarrow w - \eta\,\frac{dw}{\sqrt{s} + \epsilon}.$$
#
# Returns `(w, state)` (2 points), inputs unchanged (1 point). An entry whose gradients have all
# been 0 stays where it is (1 point): $\epsilon$ prevents 0/0. Inside the root it is right too.
#
# With `w = [1, -2]`, `lr=0.1` and the gradients `[0.5, -4]`, then `[1, 2]`, you should get
# `[0.9, -1.9]`, then `[0.8106, -1.9447]`.

# %% solution="adagrad_step"
def adagrad_step(w, dw, state, lr, eps=1e-8):
    """s = s + dw^2, then w - lr dw / (sqrt(s) + eps) -> w, state (None before the first step)."""
    ### BEGIN SOLUTION
    s = dw**2 + (0 if state is None else state)
    return w - lr * dw / (np.sqrt(s) + eps), s
    ### END SOLUTION

# %% check="adagrad_step" points=2
import numpy as np
from dlutils import checks

checks.agrees("adagrad_step", adagrad_step, checks.case(w=np.array([1.0, -2.0]),
    gradients=[np.array([0.5, -4.0]), np.array([1.0, 2.0])], lr=0.1),
    checks.random_case(3, w=(3,), gradients=[(3,)] * 4, lr=0.3), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("adagrad_step", adagrad_step, *[checks.random_case(2, w=shape, gradients=[shape] * 5,
    lr=lr) for shape, lr in (((2, 3), 0.7), ((4,), 2.0), ((2, 1, 2), 0.1))],
    using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="adagrad_step" kind="stability" points=1
import numpy as np
from dlutils import checks

checks.agrees("adagrad_step", adagrad_step, checks.case(w=np.array([3.0, -2.0]), gradients=[
    np.array([0.0, 2.0]), np.array([0.0, -1.0])], lr=0.5), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("adagrad_step", adagrad_step, checks.case(w=np.array([[3.0, -2.0]]), gradients=[
    np.zeros((1, 2)), np.array([[0.0, 1.0]])], lr=0.5), checks.case(w=np.ones(1),
    gradients=[np.full(1, 1e-8)], lr=1e-6), using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="adagrad_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("adagrad_step", adagrad_step, checks.random_case(0, w=(3,),
    gradients=[(3,)] * 4, lr=0.3), using=checks.several_steps)
checks.holds("adagrad_step", adagrad_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# In the first step both entries moved by 0.1, although one gradient was eight times the other. But
# $s$ can only grow, so the steps can only shrink.
#
# ## Exercise 5.5: rmsprop_step
#
# **RMSProp** (Tieleman and Hinton, 2012) replaces the sum by an average that forgets. With $s = 0$
# before the first step:
#
# $$s \leftarrow \text{decay} \cdot s + (1 - \text{decay})\,dw^2, \qquad
# w \leftarrow w - \eta\,\frac{dw}{\sqrt{s} + \epsilon}.$$
#
# Returns `(w, state)` (2 points); here too, an entry whose gradients have all been 0 stays where
# it is. Inputs unchanged (1 point). The place of $\epsilon$ is free.
#
# With `w = [1, -2]`, `lr=0.1`, `decay=0.75` and the gradients `[0.5, -4]`, then `[1, 2]`, you
# should get `[0.8, -1.8]`, then `[0.6165, -1.9]`.

# %% solution="rmsprop_step"
def rmsprop_step(w, dw, state, lr, decay=0.9, eps=1e-8):
    """s = decay s + (1 - decay) dw^2, then w - lr dw / (sqrt(s) + eps) -> w, state."""
    ### BEGIN SOLUTION
    s = (1 - decay) * dw**2 + (0 if state is None else decay * state)
    return w - lr * dw / (np.sqrt(s) + eps), s
    ### END SOLUTION

# %% check="rmsprop_step" points=2
import numpy as np
from dlutils import checks

checks.agrees("rmsprop_step", rmsprop_step, checks.case(w=np.array([1.0, -2.0]), gradients=[
    np.array([0.5, -4.0]), np.array([1.0, 2.0])], lr=0.1, decay=0.75), checks.case(w=np.array([3.0,
    2.0]), gradients=list(np.array([[0.0, 2.0], [0.0, 1.0]])), lr=0.5), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("rmsprop_step", rmsprop_step, *[checks.random_case(2, w=s, gradients=[s] * 5, lr=lr,
    decay=d) for s, lr, d in (((2, 3), 0.7, 0.6), ((2, 1, 2), 2.0, 0.3))], checks.case(w=np.ones(1),
    gradients=[np.full(1, 2e-8)], lr=1e-6, decay=0.75), using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="rmsprop_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("rmsprop_step", rmsprop_step, checks.random_case(0, w=(3,),
    gradients=[(3,)] * 4, lr=0.3, decay=0.6), using=checks.several_steps)
checks.holds("rmsprop_step", rmsprop_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3, decay=0.6),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# Feed both with a gradient that is 10 for fifty steps and then 0.1. How far does the weight move
# per step?
#
# **In the figure** the length of each step stands on a logarithmic axis, in units of the learning
# rate. AdaGrad (blue) falls from 1 like $1/\sqrt{t}$ to 0.14. When the gradient drops, it drops to
# 0.0014 and stays there. RMSProp (orange, dashed) starts at 3.2 and settles at 1. It drops to 0.01
# and climbs back, above 0.1 after some forty steps and to about 0.9 at the end.

# %% experiment
fig, ax = plt.subplots()
for name, step, mark in (("AdaGrad", adagrad_step, "-"), ("RMSProp", rmsprop_step, "--")):
    w, state, lengths = np.zeros(1), None, []
    for dw in [10.0] * 50 + [0.1] * 100:
        new, state = step(w, np.array([dw]), state, 1.0)
        lengths.append(abs(new - w)[0])
        w = new
    ax.semilogy(np.arange(1, 151), lengths, mark, label=name)
ax.set(xlabel="step", ylabel="length of the step / lr")
ax.set_title("AdaGrad never forgets, RMSProp does")
ax.legend()
plt.show()

# %% [markdown]
# ## Adam, and its first steps
#
# Take an average $m$ of gradients for the direction and RMSProp's average of squares, here called
# $v$, for the scale: this is nearly **Adam** (Kingma and Ba, 2015). One thing is missing. Both
# averages start at 0, and with a decay of 0.999 that is forgotten only after thousands of steps.
#
# If the gradient is always 1, the step $\eta\,m/\sqrt{v}$ should have the length $\eta$. Does it?

# %% tags=["nbval-check-output"]
def uncorrected(beta1, beta2, t):
    """m / sqrt(v) after t steps with a gradient of 1, where both started at 0."""
    return (1 - beta1**t) / (1 - beta2**t) ** 0.5


counts = (1, 2, 10, 100, 1000, 5000)
print("step        ", *[f"{t:5}" for t in counts])
for betas in ((0.9, 0.999), (0.9, 0.99)):
    print(f"{betas!s:12}", *[f"{uncorrected(*betas, t):5.2f}" for t in counts])

# %% [markdown]
# With the usual constants the steps are three to six times too long for a hundred steps. Dividing
# by the sum of the weights so far, $1 - \beta^t$, corrects this **bias**. (With 0.9 and 0.99 it
# does not show in step 1: so the checks take several steps.)
#
# ## Exercise 5.6: adam_step
#
# With $m = v = 0$ at first and steps counted $t = 1, 2, \dots$:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)dw, \quad v \leftarrow \beta_2 v + (1 - \beta_2)\,dw^2,$$
# $$w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}, \qquad
# \hat m = \frac{m}{1 - \beta_1^t}, \quad \hat v = \frac{v}{1 - \beta_2^t}.$$
#
# $m$, $v$ and $t$ are remembered, $\hat m$ and $\hat v$ are not. Returns `(w, state)` (4 points);
# an entry whose gradients have all been 0 stays where it is. Inputs unchanged (1 point). The place
# of $\epsilon$ is free.
#
# With `w = [1, -2]`, `lr=0.1`, `beta1=0.5`, `beta2=0.75` and the gradients `[0.5, -4]`, then
# `[1, 2]`, you should get `[0.9, -1.9]`, then `[0.7988, -1.9]`.

# %% solution="adam_step"
def adam_step(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Momentum and RMSProp, corrected for their start at 0 -> w, state (None at first)."""
    ### BEGIN SOLUTION
    m, v, t = (0, 0, 0) if state is None else state
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    step = lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - step, (m, v, t)
    ### END SOLUTION

# %% check="adam_step" points=4
import numpy as np
from dlutils import checks

checks.agrees("adam_step", adam_step, checks.case(w=np.array([1.0, -2.0]), gradients=list(np.array(
    [[0.5, -4.0], [1.0, 2.0]])), lr=0.1, beta1=0.5, beta2=0.75), checks.case(w=np.array([3.0, 2.0]),
    gradients=list(np.array([[0.0, 2.0], [0.0, 1.0]])), lr=0.5), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("adam_step", adam_step, *[checks.random_case(2, w=s, gradients=[s] * 5, lr=a, beta1=b,
    beta2=c) for s, a, b, c in (((2, 3), 0.7, 0.8, 0.6), ((2, 1, 2), 2.0, 0.3, 0.95))], checks.case(
    w=np.ones(1), gradients=[np.full(1, 1e-8)], lr=1e-6), using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="adam_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("adam_step", adam_step, checks.random_case(0, w=(3,), gradients=[(3,)] * 4,
    lr=0.3, beta1=0.6, beta2=0.8), using=checks.several_steps)
checks.holds("adam_step", adam_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3, beta1=0.6, beta2=0.8),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# ## Exercise 5.7: adamw_step
#
# To keep weights small, one adds $\text{l2} \cdot w$ to the gradient ([chapter
# 6](../06_training/training.ipynb)). In SGD this shrinks all weights by one factor. In Adam it is
# divided by $\sqrt{\hat v}$ like all else, so weights with large gradients hardly shrink.
# **AdamW** (Loshchilov and Hutter, 2019) keeps the shrinking apart: take the step of `adam_step`
# with $dw$ alone and then subtract a share of the *old* $w$:
#
# $$w \leftarrow (\text{Adam's new } w) - \eta \cdot \text{weight\_decay} \cdot w.$$
#
# You may call `adam_step`. Returns `(w, state)` (2 points), inputs unchanged (1 point).
#
# With the example of Exercise 5.6 and `weight_decay=0.5` you should get `[0.85, -1.8]`, then
# `[0.7063, -1.71]`.

# %% solution="adamw_step"
def adamw_step(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Adam's step, then - lr weight_decay w with the old w -> w, state (None at first)."""
    ### BEGIN SOLUTION
    stepped, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, state
    ### END SOLUTION

# %% check="adamw_step" points=2
import numpy as np
from dlutils import checks

checks.agrees("adamw_step", adamw_step, checks.case(w=np.array([1.0, -2.0]), gradients=list(
    np.array([[0.5, -4], [1, 2]])), lr=0.1, beta1=0.5, beta2=0.75, eps=1e-8, weight_decay=0.5),
    checks.case(w=np.ones(2), gradients=list(np.diag([0, 2.0])), lr=3), using=checks.several_steps)
### BEGIN HIDDEN TESTS
checks.agrees("adamw_step", adamw_step, *[checks.random_case(2, w=shape, gradients=[shape] * 5,
    lr=lr, beta1=beta1, beta2=0.6, eps=1e-8, weight_decay=decay) for shape, lr, beta1, decay in (
    ((2, 3), 0.7, 0.8, 0.3), ((4,), 2.0, 0.3, 0.7))], using=checks.several_steps, hidden=True)
### END HIDDEN TESTS

# %% check="adamw_step" kind="purity" points=1
from dlutils import checks

checks.unchanged("adamw_step", adamw_step, checks.random_case(0, w=(3,), gradients=[(3,)] * 4,
    lr=0.3, beta1=0.6, beta2=0.8, eps=1e-8, weight_decay=0.4), using=checks.several_steps)
checks.holds("adamw_step", adamw_step, "two steps from one state lead to the same w",
    checks.random_case(1, w=(3,), gradients=[(3,)] * 3, lr=0.3, beta1=0.6, beta2=0.8),
    measure=checks.step_twice, within=(0, 0))

# %% [markdown]
# Two weights of 1 show the difference. One has gradients of 10 and -10 in turn, the other of 0.1
# and -0.1, so the loss pulls neither of them anywhere. What is left of each after 300 steps?

# %% experiment tags=["nbval-check-output"]
decay, turns = 0.1, [np.array([10.0, 0.1]) * (-1) ** k for k in range(300)]
apart = added = np.ones(2)
apart_state = added_state = None
for dw in turns:
    apart, apart_state = adamw_step(apart, dw, apart_state, 0.01, weight_decay=decay)
    added, added_state = adam_step(added, dw + decay * added, added_state, 0.01)
print("gradients of size        10   0.1")
print("decay apart, AdamW    ", *[f"{one:5.2f}" for one in apart])
print("added to the gradients", *[f"{one:5.2f}" for one in added])

# %% [markdown]
# ## Exercise 5.8: clip_by_norm
#
# On a steep wall the gradient can be a thousand times its usual size, and one step throws away
# what a thousand have gained. A safety belt limits the length and keeps the direction (Pascanu and
# others, 2013).
#
# `grads` is a list of arrays of any shapes. Their common norm is $n = \sqrt{\sum g^2}$, over all
# numbers of all arrays. Where $n$ is above `max_norm` (a number above 0), multiply every array by
# `max_norm` $/\,n$; else they stay as they are, also if all are 0.
#
# Returns a new list (3 points), inputs unchanged (1 point). With `grads = [[3], [[4, 12]]]` the
# norm is 13, so `max_norm=6.5` gives `[[1.5], [[2, 6]]]`.

# %% solution="clip_by_norm"
def clip_by_norm(grads, max_norm):
    """Shorten gradients that together are longer than max_norm: list of arrays -> new list."""
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(np.square(g, dtype=float)) for g in grads)))
    return [g * (max_norm / max(norm, max_norm)) for g in grads]
    ### END SOLUTION

# %% check="clip_by_norm" points=3
import numpy as np
from dlutils import checks

checks.agrees("clip_by_norm", clip_by_norm, *[checks.case(grads=[np.array([3.0]),
    np.array([[4.0, 12.0]])], max_norm=limit) for limit in (6.5, 20.0)],
    checks.case(grads=[np.zeros(2), np.zeros((1, 3))], max_norm=1.0))
### BEGIN HIDDEN TESTS
checks.agrees("clip_by_norm", clip_by_norm, *[checks.random_case(5, grads=[(2, 3), (3,), (4, 1, 2)],
    max_norm=limit) for limit in (0.7, 2.5, 9.0)], checks.random_case(6, grads=[(3, 2)],
    max_norm=1.0), checks.case(grads=[np.array([3.0, -4.0])], max_norm=5.0), hidden=True)
### END HIDDEN TESTS

# %% check="clip_by_norm" kind="purity" points=1
from dlutils import checks

checks.unchanged("clip_by_norm", clip_by_norm,
    checks.random_case(0, grads=[(2, 3), (3,)], max_norm=0.5))
### BEGIN HIDDEN TESTS
checks.unchanged("clip_by_norm", clip_by_norm,
    checks.random_case(1, grads=[(4,), (2, 1, 3)], max_norm=0.5), hidden=True)
### END HIDDEN TESTS

# %% [markdown]
# ## A race in a bent valley
#
# Rosenbrock's valley (1960) is long, narrow and bent:
#
# $$f(w) = (1 - w_0)^2 + 100\,(w_1 - w_0^2)^2,$$
#
# with its only minimum at (1, 1). All optimisers start at one point and take 200 steps. Each has a
# learning rate found by trying; with 0.03, SGD would leave the map in its first step, so there it
# wears the belt, with gradients clipped to norm 10.

# %% experiment
def valley(w):
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def valley_slope(w):
    across = w[1] - w[0] ** 2
    return np.array([-2 * (1 - w[0]) - 400 * w[0] * across, 200 * across])


def belted(w, dw, state, lr):
    return sgd_step(w, clip_by_norm([dw], 10.0)[0], lr), None


racers = {"SGD": (plain, 0.002), "SGD, clipped": (belted, 0.03), "RMSProp": (rmsprop_step, 0.2)}
racers |= {"momentum": (momentum_step, 0.001), "Adam": (adam_step, 0.5)}

# %% [markdown]
# Who wins from the left start? And from the right one, a little further up the same valley? Press
# Play, or move the slider.
#
# **In the animation** are two maps of the valley: grey contour lines trace a bent trough from the
# upper left through (0, 0) up to a star at (1, 1). Five dots set off from a ring, left at
# (-0.5, 1.5), right at (-1.5, 2), each with a bold tail and its whole path in pale. On the left
# Adam and momentum come nearest to the star; SGD creeps and ends last. On the right SGD leaps
# across the valley and ends on the star; the others are still in the trough.

# %% experiment
fig, axes = plt.subplots(1, 2, figsize=(9.5, 5.2), sharey=True)
tracks = []
for ax, start in zip(axes, ((-0.5, 1.5), (-1.5, 2.0)), strict=True):
    plotting.contours(ax, valley, (-1.9, 1.6), (-0.5, 2.5))
    for name, (step, lr) in racers.items():
        path = descend(step, valley_slope, start, 200, lr)
        label = f"{name}, {lr}: {valley(path[-1]):.2g}"
        line = plotting.draw_path(ax, path, markersize=0, linewidth=1.6, label=label)
        tracks.append((ax, line, path))
    ax.plot(1, 1, "*", color="black", markersize=13)
    ax.set(title=f"start {start}", xlabel="weight $w_0$", ylabel="weight $w_1$")
    legend = {"title": "lr: loss after 200 steps", "ncols": 2}
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), **legend)
fig.suptitle("Another start, another winner", x=0.01, ha="left")
plotting.PathAnimation(fig, tracks)

# %% [markdown]
# From the right, plain SGD wins by far: it happens to overshoot across the valley and to land
# beyond the bend. One surface, one start and one tuning rank nothing.
#
# ## Exercise 5.9: step_schedule
#
# Far from the minimum long steps are right; near it they make noise. So let the learning rate
# fall. The simplest way is to multiply by `factor` after every `every` steps. With steps counted
# from 0,
#
# $$\eta = \text{lr} \cdot \text{factor}^{\,\lfloor \text{step}/\text{every} \rfloor}.$$
#
# `step` and `every` are ints, `every` at least 1. Returns a number (1 point). With `lr=0.8`,
# `every=2`, `factor=0.5` the steps 0 to 4 have 0.8, 0.8, 0.4, 0.4, 0.2.

# %% solution="step_schedule"
def step_schedule(step, lr, every, factor):
    """lr times `factor` after every `every` steps, lr factor^floor(step / every) -> float."""
    ### BEGIN SOLUTION
    return lr * factor ** (step // every)
    ### END SOLUTION

# %% check="step_schedule" points=1
from dlutils import checks

checks.agrees("step_schedule", step_schedule, *[checks.case(step=step, lr=0.8, every=2, factor=0.5)
    for step in (0, 1, 2, 4)])
### BEGIN HIDDEN TESTS
checks.agrees("step_schedule", step_schedule, checks.case(lr=0.3, every=3, factor=0.1),
    checks.case(lr=2.0, every=1, factor=0.9), checks.case(lr=1.0, every=5, factor=0.7), hidden=True,
    using=lambda f, lr, every, factor: [f(step, lr, every, factor) for step in range(13)])
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 5.10: cosine_schedule
#
# A staircase has to be placed by hand. Half a cosine falls smoothly and needs only the end. And a
# **warm-up** keeps the first steps short, while Adam's averages are still young.
#
# $$\eta = \begin{cases} \text{lr} \cdot \dfrac{\text{step} + 1}{\text{warmup}} &
# \text{if step} < \text{warmup}, \\[2ex] \dfrac{\text{lr}}{2} \left(1 + \cos \left(\pi\,
# \dfrac{\text{step} - \text{warmup}}{\text{total} - \text{warmup}} \right) \right) &
# \text{else.} \end{cases}$$
#
# `step` runs from 0 to `total`; `warmup` is an int below `total` and may be 0. Returns a number
# (3 points).
#
# With `total=10`, `lr=0.8`, `warmup=4` the steps 0 to 4 have 0.2, 0.4, 0.6, 0.8, 0.8; step 7 has
# 0.4 and step 10 has 0.

# %% solution="cosine_schedule"
def cosine_schedule(step, total, lr, warmup):
    """Linear warm-up to lr, then half a cosine down to 0 at step `total` -> float."""
    ### BEGIN SOLUTION
    if step < warmup:
        return lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return float(lr / 2 * (1 + np.cos(np.pi * progress)))
    ### END SOLUTION

# %% check="cosine_schedule" points=3
from dlutils import checks

checks.agrees("cosine_schedule", cosine_schedule, *[checks.case(step=step, total=10, lr=0.8,
    warmup=4) for step in (0, 3, 4, 7, 9, 10)])
### BEGIN HIDDEN TESTS
checks.agrees("cosine_schedule", cosine_schedule, *[checks.case(total=total, lr=lr, warmup=warmup)
    for total, lr, warmup in ((12, 0.3, 0), (9, 2.0, 1), (7, 0.1, 5), (20, 1.0, 6))], hidden=True,
    using=lambda f, total, lr, warmup: [f(step, total, lr, warmup) for step in range(total + 1)])
### END HIDDEN TESTS

# %% [markdown]
# ## Experiment: clothes
#
# Fashion-MNIST has ten kinds of clothing. The course has 5,000 images to learn from and 1,000 for
# the test. A learning rate must be chosen by images that are neither: of the 5,000, the last 1,000
# are kept back to **validate**.
#
# The network has 784 inputs, 64 ReLUs and 10 outputs, as in chapter 3; its first weights, its
# gradients and its answers come from there, by way of `dlutils`. One loop serves every optimiser.
# Each of the four arrays has its own state. Five epochs of 40 minibatches make 200 steps.

# %% experiment
fashion = datasets.fashion()
images, test_images = fashion.x_train.reshape(5000, 784), fashion.x_test.reshape(1000, 784)


def train(step, lr, epochs=5, seed=0):
    """W1, b1, W2, b2 after training on 4,000 images, and the loss of each minibatch."""
    rng, losses, states = np.random.default_rng(seed), [], [None] * 4
    arrays = first_weights(rng)
    for _ in range(epochs):
        for chosen in rng.permutation(4000).reshape(-1, 100):
            loss, grads = loss_and_gradients(arrays, images[chosen], fashion.y_train[chosen])
            losses.append(loss)
            pairs = [step(*each, lr) for each in zip(arrays, grads, states, strict=True)]
            arrays, states = zip(*pairs, strict=True)
    return arrays, losses

# %% [markdown]
# Five optimisers, each with a learning rate of its own; you will see where it comes from. The test
# images are used once, at the end.
#
# **In the figure** the loss, averaged over 20 minibatches, falls over 200 steps. All five lines
# drop fast for 50 steps, from between 1.2 and 2.2 to below 0.85, and slowly afterwards. They end
# close together: Nesterov (orange, dashed) lowest, below 0.4, SGD (blue) highest, near 0.53. The
# legend gives the test accuracies, all near 0.82.

# %% experiment
own = {"SGD": (plain, 0.3), "Nesterov": (nesterov_step, 0.1), "AdaGrad": (adagrad_step, 0.03)}
own |= {"RMSProp": (rmsprop_step, 0.003), "Adam": (adam_step, 0.003)}
fig, ax = plt.subplots(figsize=(7.6, 4.2))
for (name, (step, lr)), mark in zip(own.items(), ("-", "--", "-.", ":", "-"), strict=True):
    arrays, losses = train(step, lr)
    score = accuracy(logits_of(arrays, test_images), fashion.y_test)
    smooth = np.convolve(losses, np.ones(20) / 20, "valid")
    ax.plot(np.arange(20, 201), smooth, mark, label=f"{name}, lr {lr}: {score:.3f}")
    assert score >= 0.77
ax.set(xlabel="step", ylabel="loss, mean of 20 minibatches (nats)")
ax.set_title("With a learning rate of its own, each gets there")
ax.legend(title="test accuracy at the end")
plt.show()

# %% [markdown]
# Where did those learning rates come from? From a **sweep**: six optimisers, ten learning rates,
# three seeds each, 200 steps, judged by the validation images. It takes minutes, so its results
# are stored.
#
# **In the figure** validation accuracy stands over the learning rate, on a logarithmic axis, with
# bars for the spread over the seeds. Every curve is a hill with a steep right side. RMSProp and
# Adam are near 0.7 at the left edge already and have their top at 0.003. The hills of AdaGrad,
# momentum and Nesterov have theirs between 0.03 and 0.1. SGD begins at 0.12 and climbs until 0.3.
# Right of that, all fall to guessing, 0.1, or towards it.

# %% experiment
stored = results.load("optimizers")
fig, ax = plt.subplots(figsize=(8.6, 4.2))
order = ("SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
for name, mark in zip(order, "osD^v*", strict=True):
    scores = np.array([[run["accuracy"] for run in row] for row in stored["sweep"][name]])
    style = {"marker": mark, "linewidth": 1.4, "capsize": 3, "label": name}
    ax.errorbar(stored["learning_rates"], scores.mean(axis=1), scores.std(axis=1), **style)
    best = scores.mean(axis=1).argmax()
    print(f"{name:8} best at {stored['learning_rates'][best]:5}: {scores[best].mean():.3f}")
ax.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
ax.set_title("Every optimiser has its own scale, and most tops are level")
ax.legend()
plt.show()

# %% [markdown]
# Compare at 0.003, and Adam (0.825) is far better than SGD (0.565). Compare each at its best, and
# they have 0.825 and 0.791, while Nesterov's method of 1983 beats both with 0.844.
#
# What does a schedule add? Adam gets 20 epochs with a rate that is a bit high, 0.01: constant, by
# steps, or by your cosine with one epoch of warm-up.
#
# **In the figure** the three rates over 800 steps are on the left: a level line, a staircase with
# two drops by ten, and a short ramp with a long smooth fall. On the right is the validation
# accuracy, mean and spread over three seeds: 0.84 constant, 0.86 by steps, 0.87 by the cosine.

# %% experiment
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6))
steps, runs = np.arange(801), stored["schedules"]
left.plot(steps, np.full(801, 0.01))
left.plot(steps, [step_schedule(t, 0.01, 266, 0.1) for t in steps], "--")
left.plot(steps, [cosine_schedule(t, 800, 0.01, 40) for t in steps], "-.")
left.set(xlabel="step", ylabel="learning rate", title="Three schedules ...")
for place, (name, mark) in enumerate(zip(("constant", "step", "cosine"), "os^", strict=True)):
    scores = [run["accuracy"] for run in runs[name]]
    right.errorbar(place, np.mean(scores), np.std(scores), marker=mark, markersize=8, capsize=5)
right.set(xticks=range(3), xticklabels=("constant", "step", "cosine"), xlim=(-0.5, 2.5))
right.set(ylabel="validation accuracy", title="... and the falling ones win")
plt.show()

# %% [markdown]
# Two to three percentage points more, for one line of code.
#
# ## The edge
#
# Back to $2/L$. A network's loss is no bowl, but at each point it has a largest curvature. Here it
# was measured (`dlutils.results.optimizers` shows how) during plain gradient descent on 500
# images, without minibatches. At the start $L$ is 19.6, so $2/L = 0.102$. Which of the learning
# rates 0.05, 0.1 and 0.2 should diverge?
#
# **In the figure** $L$ stands over 400 steps, and a dotted line at $2/\mathrm{lr}$ for each
# learning rate. With 0.05 (blue) it climbs from 20 to 32, below its line at 40. With 0.1 (orange,
# dashed) it hovers between 19 and 26, about its line at 20 or above. With 0.2 (green, dash-dotted)
# it drops at once and hovers between 9 and 18, above its line at 10.

# %% experiment
fig, ax = plt.subplots()
for (lr, rows), mark in zip(stored["sharpness"].items(), ("-", "--", "-."), strict=True):
    at, _, curvature = np.transpose(rows)
    (line,) = ax.plot(at, curvature, mark, label=f"lr {lr}")
    ax.axhline(2 / float(lr), color=line.get_color(), linestyle=":", linewidth=1.3)
ax.set(xlabel="step of gradient descent", ylabel="largest curvature L", ylim=(0, 42))
ax.set_title("Where steps are too long, the curvature gives way (dotted: 2 / lr)")
ax.legend()
plt.show()

# %% [markdown]
# None diverged: after 400 steps the losses are 0.29, 0.18 and 0.08. Cohen and others (2021) call
# this the **edge of stability**. As in the bowl, the steepest direction swings wider, but here the
# swing carries the network to places that are less steep.
#
# ## A claim
#
# "I trained the network with SGD and with Adam, both with lr 0.001 for five epochs, and kept for
# each the epoch with the best test accuracy. Adam got 0.82, SGD 0.30. So Adam generalises better."
#
# Name three things that are wrong here, and say for each what you would do instead. Support one of
# them with numbers from the sweep.

# %% [markdown] answer="fair_comparison" points=3
# ### BEGIN SOLUTION
# Any three of these, each with its remedy:
#
# 1. One learning rate for both is no fair choice: 0.001 suits Adam (0.82 in the sweep) and starves
#    SGD (0.30), whose best is near 0.3 (0.79). Sweep each over a range that contains its top, with
#    equal effort.
# 2. The test images chose the epoch, so the test accuracy is too good. Choose by validation
#    images, and use the test images once.
# 3. One run each. Seeds alone move the accuracy by up to some hundredths: repeat with several and
#    compare the gap with the spread.
# 4. "Generalises" is not what was measured. At 0.001 SGD has a training loss near 2: it has not
#    yet learnt the training images. Compare at equal training loss, or say "learns faster at
#    0.001".
#
# Rubric: 1 point for each flaw with its remedy, at most 3. At least one with numbers from the
# sweep, else 1 point less. "Adam is better" or "worse" alone earns nothing.
# ### END SOLUTION

# %% [markdown]
# ## Play: where does it diverge?
#
# With momentum 0, find the learning rate at which the bowl throws the path out. Then with 0.5, and
# with 0.9: does a memory make the limit lower or higher? And does Nesterov's look ahead do the
# same?
#
# Then make the path arrive as early as you can, with either method.
#
# **In the figure** the path of 80 steps lies on the contour lines of the bowl on the left; on the
# right is the loss on a logarithmic axis, and its title says what it is at the end, or that it
# diverges. At the start lr is 0.05, momentum 0: the path bounces across the axis twice and runs
# along it, and the loss falls in a straight line.

# %% play
def show(fig, lr, momentum, method):
    step = {"momentum": momentum_step, "Nesterov": nesterov_step}[method]
    path = descend(step, bowl_slope, (10.0, 1.0), 80, lr, momentum)
    fig.set_size_inches(9.5, 3.6)
    left, right = fig.subplots(1, 2)
    plotting.contours(left, bowl, (-11, 11), (-2.2, 2.2))
    plotting.draw_path(left, path)
    left.set(xlabel="weight $w_0$", ylabel="weight $w_1$")
    left.set_title(f"{method} {momentum:.2f}, lr {lr:.3f}")
    losses = [bowl(w) for w in path]
    right.semilogy(losses)
    right.set(xlabel="step", ylabel="loss", ylim=(1e-16, 1e8))
    right.set_title("diverges" if max(losses[-9:]) > losses[0] else f"ends at {losses[-1]:.0e}")


plotting.play(show, lr=(0.0, 0.2, 0.05), momentum=(0.0, 0.99, 0.0), method=["momentum", "Nesterov"])

# %% [markdown]
# ## What to remember
#
# - Gradient descent diverges beyond $\eta = 2/L$, where $L$ is the largest curvature. The best
#   rate stands close to it.
# - **Momentum** adds up what gradients agree on and cancels what alternates; a condition number
#   becomes its square root.
# - **Adam** divides an average of gradients by the root of an average of squares, so its learning
#   rate is about the length of a step. It needs the bias correction at the start.
# - Weight decay in Adam stands apart from the gradient (**AdamW**); clipping is by one norm for
#   all.
# - A learning rate belongs to an optimiser. Sweep each before you compare, on validation images,
#   with several seeds; then let it fall.

# %% [markdown]
# ## References
#
# - Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Comp. Math.
#   and Math. Physics 4(5), 1964. Nesterov, Doklady AN SSSR 269, 1983.
# - Rosenbrock, The Computer Journal 3(3), 1960.
# - Duchi, Hazan, Singer, *Adaptive subgradient methods*, JMLR 12, 2011.
# - Tieleman, Hinton, *RMSProp*, lecture 6.5 of a Coursera course, 2012.
# - Sutskever, Martens, Dahl, Hinton, *On the importance of initialization and momentum*,
#   ICML 2013.
# - Pascanu, Mikolov, Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
# - Kingma, Ba, *Adam*, ICLR 2015.
# - Lessard, Recht, Packard, *Analysis and design of optimization algorithms via integral quadratic
#   constraints*, SIAM J. Optimization 26(1), 2016.
# - Loshchilov, Hutter, *SGDR*, ICLR 2017; *Decoupled weight decay regularization*, ICLR 2019.
# - Cohen, Kaur, Li, Kolter, Talwalkar, *Gradient descent on neural networks typically occurs at
#   the edge of stability*, ICLR 2021.
