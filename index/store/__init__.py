"""A library kept whole: segments of one report each, snapshots of all, and who may write.
On a disk or in Milvus.
"""
