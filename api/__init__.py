"""The doors: the command line ``minqing`` and the HTTP service. They parse, call, answer."""
