"""What those who run the server ask: health, metrics, the description of the API."""
