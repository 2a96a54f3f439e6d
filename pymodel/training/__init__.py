"""Training of small networks in NumPy: in float64, with fake quantisation, in low precision."""
