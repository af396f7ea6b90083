"""Networks of models: groups, synapses, connectivity, delays."""
