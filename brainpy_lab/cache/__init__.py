"""What a process leaves for the next one: the folder of generated and compiled code, and what SymPy found out."""
