"""Settings: from flags, environment and defaults to one frozen value."""
