"""The demo network's float weights in every preset: bits against accuracy and noise."""
