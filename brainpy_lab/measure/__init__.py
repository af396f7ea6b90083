"""Measures of spikes and traces: rates, intervals, correlations, spectra, synchrony, distances; rasters.

Times are in ms and rates in Hz. Measures of spikes take what a run gives, ``bp.measure.rate(sol.events["spike"])``, or
plain arrays, ``bp.measure.rate(times, index, size=100, t_stop=1000.0)``. Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brainpy_lab.measure.bins import counts
    from brainpy_lab.measure.bursting import bursts
    from brainpy_lab.measure.chi import synchrony
    from brainpy_lab.measure.correlograms import autocorrelogram, cross_correlogram
    from brainpy_lab.measure.count_statistics import correlation, fano, mean_correlation
    from brainpy_lab.measure.distance_kreuz import isi_distance, spike_distance
    from brainpy_lab.measure.distance_van_rossum import van_rossum
    from brainpy_lab.measure.distance_victor_purpura import victor_purpura
    from brainpy_lab.measure.intervals import cv, cv2, isi, local_variation
    from brainpy_lab.measure.lfp import lfp_mean_potential, lfp_summed_currents, lfp_weighted_sum
    from brainpy_lab.measure.neo_trains import to_neo
    from brainpy_lab.measure.pictures import raster, rate_plot
    from brainpy_lab.measure.rates import population_rate, rate, smoothed_rate
    from brainpy_lab.measure.reading import spikes
    from brainpy_lab.measure.spectra import coherence, power_spectrum

__all__ = [
    "autocorrelogram",
    "bursts",
    "coherence",
    "correlation",
    "counts",
    "cross_correlogram",
    "cv",
    "cv2",
    "fano",
    "isi",
    "isi_distance",
    "lfp_mean_potential",
    "lfp_summed_currents",
    "lfp_weighted_sum",
    "local_variation",
    "mean_correlation",
    "population_rate",
    "power_spectrum",
    "raster",
    "rate",
    "rate_plot",
    "smoothed_rate",
    "spike_distance",
    "spikes",
    "synchrony",
    "to_neo",
    "van_rossum",
    "victor_purpura",
]

#: Public name -> the file it stands in; no file has the name of a function, which it would hide.
_HOME = {
    "autocorrelogram": "correlograms",
    "bursts": "bursting",
    "coherence": "spectra",
    "correlation": "count_statistics",
    "counts": "bins",
    "cross_correlogram": "correlograms",
    "cv": "intervals",
    "cv2": "intervals",
    "fano": "count_statistics",
    "isi": "intervals",
    "isi_distance": "distance_kreuz",
    "lfp_mean_potential": "lfp",
    "lfp_summed_currents": "lfp",
    "lfp_weighted_sum": "lfp",
    "local_variation": "intervals",
    "mean_correlation": "count_statistics",
    "population_rate": "rates",
    "power_spectrum": "spectra",
    "raster": "pictures",
    "rate": "rates",
    "rate_plot": "pictures",
    "smoothed_rate": "rates",
    "spike_distance": "distance_kreuz",
    "spikes": "reading",
    "synchrony": "chi",
    "to_neo": "neo_trains",
    "van_rossum": "distance_van_rossum",
    "victor_purpura": "distance_victor_purpura",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        from brainpy_lab.errors import not_in

        raise not_in("measure", name, _HOME, "Measures")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
