"""Imports what writers import when they first write, for the servers that tests fork writers from."""

from filelock import FileLock

import index.chunking
import index.figures
import index.layout
import index.metadata
import index.outline

__all__ = ["FileLock", "index"]
