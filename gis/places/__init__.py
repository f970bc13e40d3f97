"""Reading tables of places into usable columns: opening hours, and who counts for how much."""
