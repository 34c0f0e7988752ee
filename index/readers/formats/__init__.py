"""One file a format: its suffixes, how it is recognised, how it is read (see ``index.readers.Format``)."""
