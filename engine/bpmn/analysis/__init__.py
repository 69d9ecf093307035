"""What can be found out about a diagram without running it: where variables come from, where tokens go."""
