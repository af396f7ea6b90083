"""What the panel in the browser is told, and what it asks for."""
