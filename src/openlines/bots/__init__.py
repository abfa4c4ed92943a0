"""Who may answer before people do: one folder per type of bot."""
