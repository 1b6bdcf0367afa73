"""What the scripts at the root share; see CONTRIBUTING.md for the map."""
