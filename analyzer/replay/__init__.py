"""What the traffic would have cost: requests become calls, calls become sums, sums become bills."""
