"""Python functions as models, helper functions and inputs."""
