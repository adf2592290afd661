"""The same as the pages, as JSON: `{"items": […], "next": cursor or null, "total": n}`. A stable interface."""
