"""Golden cases: manifests, the generator, the oracles that confirm it, and the case folders."""
