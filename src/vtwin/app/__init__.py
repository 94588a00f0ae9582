"""Everything a person may ask; the command line, the web app and notebooks call only this."""
