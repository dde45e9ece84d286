"""Fetching and reading outside feeds, in a child process that can be killed. Nothing in this folder imports Django."""
