"""Clock, ids, logging, secrets and the guarded HTTP client; nothing of the domain."""
