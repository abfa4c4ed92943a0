"""The built widget on somebody's site, in a real Chromium, against the portal in memory of web/widget/dev."""
