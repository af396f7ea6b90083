"""The rules of connection, one a file; `brainpy_lab.networks.connect.registry` finds them."""
