"""What diagrams in two parameters show: figures, files and words."""
