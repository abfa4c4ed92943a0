"""The versions, in the order of their numbers. A version imports nothing of the package."""
