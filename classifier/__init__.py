"""What the scripts at the root share; see CONTRIBUTING.md for the map."""

from classifier.core import environment

environment.check()  # before the first import of a package that may be missing
