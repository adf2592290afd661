"""Learning from the company's own labels: a small correction on top of the frozen models, fitted in seconds."""
