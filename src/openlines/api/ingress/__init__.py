"""What vendors tell us."""
