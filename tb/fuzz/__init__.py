"""A fuzzer of the .tflite importer and of the model behind it."""
