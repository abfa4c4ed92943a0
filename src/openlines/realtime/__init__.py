"""From the event log to the sockets: snapshot, cursor, fan-out, pokes."""
