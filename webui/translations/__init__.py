"""What the pages say in other languages than Russian, and the command that keeps it up to date."""
