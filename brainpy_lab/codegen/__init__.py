"""System and Method become StepCode: the readable text of one step, and its map to the lines of the cell."""
