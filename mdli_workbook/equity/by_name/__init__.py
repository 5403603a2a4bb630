"""The measures under their names: from the keys that the registry takes to those that it returns."""
