"""What steps are handed besides states and parameters: random draws, histories, memory."""
