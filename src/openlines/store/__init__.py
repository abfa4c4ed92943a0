"""Tables, one repository per aggregate, the two engines, the event log, migrations."""
