"""The frame around every page: header, navigation, jobs."""
