"""What the workspace asks: typed handlers, one module per subject."""
