"""Renderers of the frozen report model: they format findings and compute no figure."""
