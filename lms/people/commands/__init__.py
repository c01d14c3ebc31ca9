"""The only writers of people: sign-in, records of persons, access."""
