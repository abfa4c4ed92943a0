"""The mission's rows, each by name: a whole server with a clock in the hand, HTTP in, HTTP and sockets out."""
