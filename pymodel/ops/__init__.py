"""One module per TFLite op: lowers a network's layer to the numbers the array runs."""
