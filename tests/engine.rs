//! The one place where these tests meet the engine.
