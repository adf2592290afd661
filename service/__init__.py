"""The application: every record, every decision, every transaction.

Read from the doors down: `cli`, `web`, `jobs` (doors) → `bootstrap` (wiring) → `pipeline` (what the machine does) and
`actions` (what people do) → `store` (all SQL) → `models` (tables) → `domain` (pure rules).
"""
