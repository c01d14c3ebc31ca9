"""Category C figures: derived from the records of the lower floors; owns only targets."""
