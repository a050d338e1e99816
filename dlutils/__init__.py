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
from dlutils.attention import (
    attention_backward,
    attention_forward,
    causal_mask,
    merge_heads,
    multi_head_attention,
    positional_encoding,
    split_heads,
)
from dlutils.augmentation import (
    add_noise,
    augment,
    mixup,
    random_crop,
    random_erase,
    random_flip,
    rotate,
)
from dlutils.autodiff import Node, Value, topological_order
from dlutils.containers import Sequential, TimeDistributed
from dlutils.convolution import (
    Conv2d,
    conv2d_backward,
    conv2d_forward,
    conv_output_size,
    count_multiply_adds,
    receptive_field,
)
from dlutils.convolution_naive import conv2d_backward_naive, conv2d_forward_naive, im2col_naive
from dlutils.dropout import (
    Dropout,
    dropout_backward,
    dropout_forward,
    max_norm,
    monte_carlo_predict,
    predictive_entropy,
)
from dlutils.embedding import (
    Embedding,
    embedding_backward,
    embedding_backward_fast,
    embedding_forward,
)
from dlutils.gradients import (
    gradcheck,
    gradcheck_functions,
    gradient_error,
    numerical_gradient,
)
from dlutils.gru import GRU, gru_backward, gru_forward, gru_step_forward
from dlutils.initializers import he_init, xavier_init
from dlutils.language import beam_search, perplexity
from dlutils.layers import Flatten, Layer, Linear, ReLU, Sigmoid, Tanh
from dlutils.linear import linear_backward, linear_forward
from dlutils.loss_gradients import (
    binary_cross_entropy_and_gradient,
    binary_cross_entropy_backward,
    cross_entropy_and_gradient,
    mse_and_gradient,
    mse_loss_backward,
)
from dlutils.losses import binary_cross_entropy, cross_entropy, cross_entropy_backward, mse_loss
from dlutils.lstm import (
    LSTM,
    init_forget_bias,
    lstm_backward,
    lstm_forward,
    lstm_step_backward,
    lstm_step_forward,
)
from dlutils.lstm_fast import lstm_backward_fast, lstm_forward_fast
from dlutils.memory import recycle_large_arrays
from dlutils.metrics import accuracy, confusion_matrix, precision_recall_f1
from dlutils.mlp import count_parameters, gradient_descent_step, mlp_backward, mlp_forward
from dlutils.models import (
    get_weights,
    load_weights,
    predict,
    save_weights,
    set_weights,
    summary,
)
from dlutils.multi_head import (
    MultiHeadAttention,
    attention_backward_fast,
    attention_forward_fast,
    multi_head_attention_backward,
    multi_head_attention_forward,
)
from dlutils.normalization import (
    batch_norm_backward,
    batch_norm_forward,
    fold_batch_norm,
    group_norm_backward,
    group_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    spatial_batch_norm_backward,
    spatial_batch_norm_forward,
)
from dlutils.normalization_layers import (
    BatchNorm,
    LayerNorm,
    batch_norm_backward_fast,
    batch_norm_forward_fast,
)
from dlutils.optimizer_base import Optimizer
from dlutils.optimizer_classes import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from dlutils.optimizers import (
    adagrad_step,
    adam_step,
    adamw_step,
    clip_by_norm,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)
from dlutils.perceptron import (
    layer,
    neuron,
    perceptron_predict,
    perceptron_update,
    train_perceptron,
    xor_network,
)
from dlutils.pooling import (
    GlobalAveragePool,
    MaxPool2d,
    global_average_pool_backward,
    global_average_pool_forward,
    max_pool2d_backward,
    max_pool2d_backward_naive,
    max_pool2d_forward,
    max_pool2d_forward_naive,
)
from dlutils.recognition import (
    expected_calibration_error,
    occlusion_map,
    saliency_map,
    temperature_scale,
    top_k_accuracy,
)
from dlutils.recurrent import (
    RNN,
    rnn_backward,
    rnn_forward,
    rnn_step_backward,
    rnn_step_forward,
    sample_sequence,
    temporal_cross_entropy,
)
from dlutils.schedules import cosine_schedule, step_schedule
from dlutils.speech import (
    frames,
    hann_window,
    log_mel_spectrogram,
    mel_filterbank,
    mu_law_decode,
)
from dlutils.tensor import Tensor, unbroadcast
from dlutils.text import bag_of_embeddings, build_vocabulary, encode, tf_idf, tokenize
from dlutils.training import (
    EarlyStopping,
    fit,
    l2_penalty,
    minibatches,
    random_search,
    standardize,
)
from dlutils.training_loop import train
from dlutils.transcripts import ctc_greedy_decode, edit_distance, word_error_rate
from dlutils.transfer import (
    autoencoder_loss,
    domain_gap,
    extract_features,
    frozen_step,
    replace_head,
    resize_bilinear,
)
from dlutils.transformer import (
    TransformerBlock,
    transformer_block,
    transformer_block_backward,
    transformer_block_forward,
)

__version__ = "0.1.0"

recycle_large_arrays()
