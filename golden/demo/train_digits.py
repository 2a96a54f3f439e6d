"""Recipe of the demo network: train, quantise and save a small classifier of handwritten digits.

Data: scikit-learn's `load_digits`, 1797 images of 8 x 8 pixels, values 0..16 (part of that package;
from UCI's Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, CC BY 4.0).
A fifth, chosen with a fixed seed, is held out; the rest trains the network and calibrates its
scales.

Needs tensorflow-cpu 2.19.1 and scikit-learn; everything else in the project only reads the files
this writes beside itself:

    digits.tflite        the network: int8 in and out, per-channel weights, batch 1
    digits_float.tflite  the same network before quantisation (float32)
    digits_test.npz      the held-out images: pixels uint8 (n, 8, 8), labels int64 (n,)
    digits_input.npy     the first 20 of them as the network's input codes, int8 (20, 8, 8, 1)
    digits_labels.npy    their labels, int64 (20,)
    metrics.json         accuracy over all held-out images, versions, hashes

    python -m golden.demo.train_digits

Training is seeded and uses deterministic kernels; another CPU or TensorFlow may still end at other
weights, so the committed files, not this script, are the demo network's definition.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import sklearn
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from golden.demo.held_out import PIXEL_OFFSET, PIXEL_SCALE, network_input
from pymodel.affine.quantise import quantise

HERE = Path(__file__).resolve().parent
SEED = 2
EPOCHS = 60
COMMITTED_INPUTS = 20


def build() -> tf.keras.Model:
    """Return the float network; the batch is fixed so that dilation stays inside CONV_2D.

    Layers without an activation start from an off-centre bias, so that their outputs' zero points
    lie off 0 and on both sides of it; the others are clamped at 0, their zero point is -128.
    """
    layers = tf.keras.layers
    above, below = (tf.keras.initializers.Constant(value) for value in (0.5, -3.0))
    return tf.keras.Sequential(
        [
            tf.keras.Input(batch_shape=(1, 8, 8, 1), name="image"),
            layers.Conv2D(16, 3, padding="same", bias_initializer=above, name="conv_same"),
            layers.Conv2D(
                32, 3, dilation_rate=2, padding="same", activation="relu", name="conv_dilation2"
            ),
            layers.Conv2D(
                32, 3, strides=2, padding="same", bias_initializer=below, name="conv_stride2"
            ),
            layers.ZeroPadding2D(((1, 0), (2, 1)), name="pad"),
            layers.Conv2D(24, 3, padding="valid", activation="relu6", name="conv_asymmetric"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, bias_initializer=above, name="logits"),
        ],
        name="digits",
    )


def train(images: NDArray[np.float32], labels: NDArray[np.int64]) -> tf.keras.Model:
    """Train with a free batch size, then return the weights in the batch-1 network."""
    fixed = build()
    free = tf.keras.models.clone_model(
        fixed, input_tensors=tf.keras.Input(shape=(8, 8, 1), name="images")
    )
    free.compile(
        optimizer=tf.keras.optimizers.Adam(2e-3),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    free.fit(images, labels, batch_size=32, epochs=EPOCHS, verbose=0)
    fixed.set_weights(free.get_weights())
    return fixed


def convert(model: tf.keras.Model, calibration: NDArray[np.float32] | None) -> bytes:
    """Return the .tflite: full-integer int8 when `calibration` is given, else float32."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[np.newaxis]] for image in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def input_codes(images: NDArray[np.float32], interpreter: tf.lite.Interpreter) -> NDArray[np.int8]:
    """The network's input codes of `images`, int8 of the same shape."""
    scale, zero_point = interpreter.get_input_details()[0]["quantization"]
    return quantise(images, scale, zero_point, name="image")


def zero_points(interpreter: tf.lite.Interpreter) -> dict[str, int]:
    """Return the zero point of every activation tensor by name; ValueError where one is 0."""
    found = {
        detail["name"]: int(detail["quantization_parameters"]["zero_points"][0])
        for detail in interpreter.get_tensor_details()
        if detail["dtype"] == np.int8 and "const" not in detail["name"]
    }
    if 0 in found.values():
        raise ValueError(f"an activation's zero point is 0, choose another SEED: {found}")
    return found


def accuracy(content: bytes, images: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the fraction of `images` that the network classifies right on TFLite's reference
    kernels, one image a run."""
    interpreter = tf.lite.Interpreter(
        model_content=content,
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    sink = interpreter.get_output_details()[0]
    inputs = images if source["dtype"] == np.float32 else input_codes(images, interpreter)
    right = 0
    for image, label in zip(inputs, labels, strict=True):
        interpreter.set_tensor(source["index"], image[np.newaxis])
        interpreter.invoke()
        right += int(np.argmax(interpreter.get_tensor(sink["index"])[0]) == label)
    return right / len(labels)


def main() -> None:
    """Run the recipe and write every file beside this script."""
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    digits = load_digits()
    pixels, held_out, labels, held_out_labels = train_test_split(
        digits.images, digits.target, test_size=0.2, random_state=SEED, stratify=digits.target
    )
    images, test_images = network_input(pixels), network_input(held_out)
    model = train(images, labels)
    int8_model, float_model = convert(model, images), convert(model, None)
    interpreter = tf.lite.Interpreter(model_content=int8_model)
    codes = input_codes(test_images[:COMMITTED_INPUTS], interpreter)
    metrics = {
        "accuracy_float": accuracy(float_model, test_images, held_out_labels),
        "accuracy_int8": accuracy(int8_model, test_images, held_out_labels),
        "held_out_images": len(held_out_labels),
        "training_images": len(labels),
        "seed": SEED,
        "pixel_offset": PIXEL_OFFSET,
        "pixel_scale": PIXEL_SCALE,
        "zero_points": zero_points(interpreter),
        "sha256": {
            "digits.tflite": hashlib.sha256(int8_model).hexdigest(),
            "digits_float.tflite": hashlib.sha256(float_model).hexdigest(),
        },
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": tf.keras.__version__,
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
        },
    }
    (HERE / "digits.tflite").write_bytes(int8_model)
    (HERE / "digits_float.tflite").write_bytes(float_model)
    np.savez_compressed(
        HERE / "digits_test.npz", pixels=held_out.astype(np.uint8), labels=held_out_labels
    )
    np.save(HERE / "digits_input.npy", codes)
    np.save(HERE / "digits_labels.npy", held_out_labels[:COMMITTED_INPUTS])
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
