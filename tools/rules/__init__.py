"""Making the table of Apple's rules: reading the published schema, adding what is kept by hand."""
