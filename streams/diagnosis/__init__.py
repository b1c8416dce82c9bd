"""Why: the cause of what every segment off par does, by rules that are declared."""
