"""Tests of pymodel and golden: no simulator."""
