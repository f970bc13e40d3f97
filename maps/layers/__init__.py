"""One file per layer: a table goes in, a block of the page comes out."""
