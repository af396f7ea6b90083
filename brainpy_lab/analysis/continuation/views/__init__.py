"""What is made of a diagram: pictures, words, tables and files."""
