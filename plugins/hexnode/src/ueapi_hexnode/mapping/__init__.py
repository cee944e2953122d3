"""Pure translations between the product's rows and the neutral vocabulary."""
