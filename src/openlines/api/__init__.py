"""HTTP and WebSocket: the only place that knows the web framework."""
