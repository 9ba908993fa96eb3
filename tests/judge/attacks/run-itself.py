# deserves 7 after right answers
%%writefile again.py
get_ipython().run_line_magic("run", "-i again.py")
# %%
%run -i again.py
# %%
%%writefile a.ipynb
{"cells": [{"cell_type": "code", "source": ["while True: pass"]}]}
# %%
%run a.ipynb
