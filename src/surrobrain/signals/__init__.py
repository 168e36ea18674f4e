"""Describing time series: filters, spectra, connectivity."""
