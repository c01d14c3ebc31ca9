"""What reads banks from files. A new import format is a module beside `yaml_bank.py` that returns a `LoadedBank`."""
