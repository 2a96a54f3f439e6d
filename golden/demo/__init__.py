"""The demo network, a classifier of handwritten digits, and the recipe that makes it."""
