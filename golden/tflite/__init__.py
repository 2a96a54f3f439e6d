"""TensorFlow Lite files: an importer, and a writer of single-op models."""
