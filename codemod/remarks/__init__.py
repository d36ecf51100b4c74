"""What is said of programs whose uses are all right to migrate, and which may yet notice: one file for each thing."""
