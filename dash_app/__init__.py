"""The web app of vtwin."""
