"""The command `upland`: reads options, calls one workflow, prints its result."""
