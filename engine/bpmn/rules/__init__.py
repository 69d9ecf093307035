"""What is checked in a diagram before anyone works by it: the table of rules, and how each is found."""
