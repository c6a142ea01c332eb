//! The whole topology against a naive model of it.
