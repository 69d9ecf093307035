"""What cases are about: people, families, settlements; and the commissions that decide."""
