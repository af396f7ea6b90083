"""What networks are built from: connections between cells, and distributions of their values."""
