"""From groups and synapses to the code of one network step."""
