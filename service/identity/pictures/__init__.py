"""Pictures that people upload: refused or stripped before anything decodes them, then redrawn."""
