"""What happens without a request: wake, parse, deliver, poll, fan out."""
