"""What others do with the same topics: each a process of its own, counting events a second from first to last."""
