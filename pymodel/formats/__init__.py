"""Number formats: one module each, holding the arithmetic of the array's stages."""
