//! The whole chain in memory.
