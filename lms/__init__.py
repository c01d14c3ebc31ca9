"""Umbral: training, certification and human-resources evidence for contact centres."""
