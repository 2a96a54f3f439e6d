"""Golden data: model importers, the LiteRT oracle, golden cases and the demo network."""
