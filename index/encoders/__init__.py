"""Text to unit vectors: what an encoder is, how one is found by name, and the two there are.
The fast one and the bundled model are loaded only where they are used.
"""

from index.encoders.base import Encoder, FloatArray, TokenEncoder, TokenOffsetEncoder, without_surrogates
from index.encoders.late_interaction import max_similarities, token_similarities
from index.encoders.loading import load_encoder, resolve_model
from index.encoders.model_cache import cache_root
from index.encoders.pair_reader import PairReading, load_reader, read_context
from index.encoders.sample_texts import CALIBRATION
from index.encoders.sentence_transformers import quiet_transformers

__all__ = [
    "CALIBRATION",
    "Encoder",
    "FloatArray",
    "PairReading",
    "TokenEncoder",
    "TokenOffsetEncoder",
    "cache_root",
    "load_encoder",
    "load_reader",
    "max_similarities",
    "quiet_transformers",
    "read_context",
    "resolve_model",
    "token_similarities",
    "without_surrogates",
]
