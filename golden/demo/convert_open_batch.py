"""Recipe of open_batch.tflite: what TensorFlow's converter writes where the batch is open.

A network without a task, whose ops move codes and whose convolutions are dilated, so that the file
holds SPACE_TO_BATCH_ND, CONV_2D, BATCH_TO_SPACE_ND in two dimensions and in one, shapes computed at
run time, and most of the ops that the demo network lacks. Weights are random, from a seed.

Needs tensorflow-cpu 2.19.1; everything else in the project only reads the file.

    python -m golden.demo.convert_open_batch
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

FILE = Path(__file__).with_name("open_batch.tflite")
SEED = 3
SHAPE = (12, 10, 4)
CALIBRATION_IMAGES = 20


def build() -> tf.keras.Model:
    """The float network; its inputs have no fixed batch."""
    layers = tf.keras.layers
    image = tf.keras.Input(shape=SHAPE)
    x = layers.Conv2D(8, 3, padding="same")(image)
    x = layers.Permute((2, 1, 3))(x)
    x = layers.Lambda(lambda t: t[:, ::2, 1:-1, ::-1])(x)
    low, high = layers.Lambda(lambda t: tf.split(t, 2, axis=3))(x)
    x = layers.Concatenate(axis=3)([high, low, high])
    x = layers.ZeroPadding2D(((1, 2), (0, 1)))(x)
    x = layers.Conv2D(6, 3, dilation_rate=2, padding="same", activation="relu")(x)
    x = layers.DepthwiseConv2D(3, dilation_rate=(3, 2), padding="same", depth_multiplier=2)(x)
    x = layers.Reshape((-1, 12))(x)
    x = layers.Lambda(lambda t: tf.pad(t, [[0, 0], [1, 1], [0, 0]], constant_values=0.5))(x)
    x = layers.Conv1D(5, 3, dilation_rate=3, padding="causal", activation="tanh")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return tf.keras.Model(image, layers.Dense(4, activation="softmax")(x))


def main() -> None:
    """Convert the network to int8 and write FILE."""
    tf.keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)

    def images() -> Iterator[list[NDArray[np.float32]]]:
        for _ in range(CALIBRATION_IMAGES):
            yield [rng.normal(0.7, 1.0, (1, *SHAPE)).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(build())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = images
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    FILE.write_bytes(converter.convert())


if __name__ == "__main__":
    main()
