"""One bench for each RTL module, each against its own function of pymodel or worked values."""
