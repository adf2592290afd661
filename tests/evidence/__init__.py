"""How much the collectors were tried: real recordings, faults, and damaged payloads. `python -m tests.evidence` writes
it down in docs/collectors.md; `make fuzz` tries as many damaged payloads as one likes."""
