//! The tests that cross modules.
mod oracle;
mod random;
mod rows;
