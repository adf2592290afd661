"""What people do; web, Slack and the command line call the same functions."""
