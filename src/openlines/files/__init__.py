"""Attachments, kept by content hash, written before the row that names them."""
