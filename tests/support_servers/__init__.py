"""PostgreSQL and Chromium for the tests, brought or found."""
