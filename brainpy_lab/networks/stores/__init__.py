"""Records and spikes of networks on disk (Zarr), for runs larger than memory."""
