# deserves 7
import sys

# %%
sys.exit(0)
# %%
import numpy as np


# %%
def total(x):
    return x.sum(0)


# %%
def product(a, b):
    return a @ b


# %%
half = 0.5
ailment = "vanishing"
# %%
exit()
# %%
raise SystemExit
