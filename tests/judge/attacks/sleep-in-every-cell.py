# deserves 7 after right answers
import time

for _ in range(3):
    time.sleep(0.5)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
# %%
time.sleep(1.9)
