"""Networks trained in NumPy on the digits: in low precision, and with fake quantisation."""
