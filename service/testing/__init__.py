"""What ships so that Earful can be tried and tested without the outside world: the sample studio."""
