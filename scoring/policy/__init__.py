"""Law, lender and the lender's own policy: who is served, how much, at what price."""
