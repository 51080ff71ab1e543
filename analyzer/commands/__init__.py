"""One file per command: arguments in, text out. Everything that prints is in this folder."""
