"""The dialogs, one module each: help, palette, reason, note, verdict, seal. Each is a modal screen with one answer."""
