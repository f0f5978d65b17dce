"""Controls that the panels for data and training are made of."""
