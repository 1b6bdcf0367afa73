"""What the scripts at the root share; see CONTRIBUTING.md for the map."""

from classifier.core import stopped_imports

stopped_imports.end_in_one_line()  # before anything that takes long to import

from classifier.core import environment  # noqa: E402

environment.check()  # before the first import of a package that may be missing
