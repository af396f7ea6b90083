"""Where branches of cycles begin and end, which of them hang together, and their cycles at one value."""
