"""The tests, by what they touch: unit, contract, database, web, journey; architecture watches the tree itself."""
