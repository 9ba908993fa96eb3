"""The mathematics of training recurrent networks."""
