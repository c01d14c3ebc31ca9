"""Attempts driven at random against a model of what the product promises about them."""
