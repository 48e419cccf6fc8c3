//! The command line over the core.
fn main() {}
