"""Pure decisions of the assessment engine: they take data and `now`, and touch neither the database nor the clock."""
