"""What a conversation does. Pure: standard library only; no clock, no I/O, no randomness, no logging."""
