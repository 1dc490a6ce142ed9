//! What each emulator does not carry.
