"""What the project needs to look after itself; not part of the installed package."""
