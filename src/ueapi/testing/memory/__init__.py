"""The reference backend: an imaginary product with a tidy API, kept in memory.

It exists to be read and to be imitated. Its adapter (`backend`, `auth`, `faults`, `facets`, `wire`, `mapping`, `sheet`,
`settings`) obeys the rules every plugin obeys, and reaches ueapi through the same door; its `simulator` is the product.
The API both were written from is in the manual, docs/reference/example-api.md.
"""
