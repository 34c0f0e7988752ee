"""A library kept whole: segments of one report each, snapshots of all, and one writer at a time.
A ``Storage`` says where, on a disk or in Milvus; neither knows who reads or writes.
"""

from index.store.builder import SourceFile, index_sources
from index.store.manifest import EMPTY, Entry, Manifest
from index.store.milvus_client import is_address
from index.store.parsed_report import Parsed, parse
from index.store.snapshot import Snapshot
from index.store.source_files import plan_sources, readable_path, source_is_missing
from index.store.storage import Storage, Writer, open_storage

__all__ = [
    "EMPTY",
    "Entry",
    "Manifest",
    "Parsed",
    "Snapshot",
    "SourceFile",
    "Storage",
    "Writer",
    "index_sources",
    "is_address",
    "open_storage",
    "parse",
    "plan_sources",
    "readable_path",
    "source_is_missing",
]
