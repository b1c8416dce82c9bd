"""TLS and logins: the settings become the clients' options, and what a server refuses is said in one line."""
