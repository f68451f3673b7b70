"""The review desk: a person decides where the program may not."""
