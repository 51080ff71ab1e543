"""What tokens cost: the price of a call, and the book that prices come from."""
