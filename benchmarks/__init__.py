"""Every performance promise as a command that prints a figure beside its raw limit."""
