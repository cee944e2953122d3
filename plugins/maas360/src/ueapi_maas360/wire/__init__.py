"""What goes over the wire: reading the product's two formats, and the rows in them."""
