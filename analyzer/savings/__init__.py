"""What the bills say: who saved what, how well it is known, and what it comes to in a year."""
