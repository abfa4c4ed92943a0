"""The table of a line's settings: each with its control, what reads it, and the tests that name it."""
