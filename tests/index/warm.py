"""Imports what writers import when they first write, for the servers that tests fork writers from."""

from filelock import FileLock

import index.figures
import index.structure.chunking
import index.structure.metadata
import index.structure.outline
import index.text.layout

__all__ = ["FileLock", "index"]
