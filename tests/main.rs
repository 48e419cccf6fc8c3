//! The tests that cross modules.
