"""How the shipped encoder and reader were made: data, recipes, measurements."""
