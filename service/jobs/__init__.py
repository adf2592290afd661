"""The door of the machine: the queue, the tasks that run stages, the timetable, and what an error leads to."""
