"""What a conversation does: pure rules, given everything, asking for nothing."""
