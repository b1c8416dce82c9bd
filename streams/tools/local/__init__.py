"""Servers and other child processes on this machine."""
