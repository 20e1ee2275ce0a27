"""The ground floor: what every other package may use. It imports nothing else of the project."""
