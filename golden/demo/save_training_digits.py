"""Recipe of digits_train.npz: the digits that `golden.demo.train_digits` does not hold out.

Data: scikit-learn's `load_digits`, 1797 images of 8 x 8 pixels, values 0..16 (part of that package;
from UCI's Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, CC BY 4.0), split
as that recipe splits them: pixels uint8 (1437, 8, 8), labels int64 (1437,).

Needs scikit-learn 1.9.1; everything else in the project only reads the file.

    python -m golden.demo.save_training_digits
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from golden.demo.training_digits import TRAINING

SEED = 2
"""That of `golden.demo.train_digits`."""


def main() -> None:
    """Write TRAINING."""
    digits = load_digits()
    pixels, _, labels, _ = train_test_split(
        digits.images, digits.target, test_size=0.2, random_state=SEED, stratify=digits.target
    )
    np.savez_compressed(TRAINING, pixels=pixels.astype(np.uint8), labels=labels.astype(np.int64))


if __name__ == "__main__":
    main()
