"""The WaveNet end to end: its layers and its samples on the RTL, and what it sounds like."""
