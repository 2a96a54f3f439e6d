"""A second DUT and its adapter: the example to follow for connecting one's own (tb/CONNECT.md)."""
