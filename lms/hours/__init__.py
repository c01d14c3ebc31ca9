"""The ledger of training hours and the monthly close."""
