"""What people look at: pages and an interface for programs over the marts (the extra `web`)."""
