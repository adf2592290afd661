"""What the machine does to a post. Stages never call each other; `flow.py` alone knows the order.

| stage | takes | leaves behind |
|---|---|---|
| collect | a source | posts, their raw payloads, the cursor |
| understand | posts | readings |
| link | posts | identities, records of people heard for the first time |
| group | posts | issues and who belongs to them |
| route | posts, issues | cases and deliveries |
| deliver | a delivery | the message at its target, the receipt |
| digest | a period | one summary |

A stage reads the store, decides with `domain`, writes the store and returns what to queue next, all in the caller's
transaction. Run again, it finds nothing to do: each post remembers at which version every stage last saw it.
"""
