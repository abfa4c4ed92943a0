"""Where customers write: one folder per kind of channel."""
