"""by_hand: chunks, windows, price, contact, window_bias, chunk_bias."""
_c = sum(0.64 ** p for p in range(1, 6)) / 5
# right: 15/60, 15/20, 60/20, both steps in the first chunk, 0.8^10, mean of 0.64^p
right = {"chunks": 0.25, "windows": 0.75, "price": 3, "contact": 200, "window_bias": 0.8 ** 10, "chunk_bias": _c}
# off by one: position 45 counts too (16 of 60, 16 of 20)
wrong_1 = {**right, "chunks": 16 / 60, "windows": 0.8}
# contact by distance: 191 steps
wrong_2 = {**right, "contact": 191}
# share the input lies in: 45/60
wrong_3 = {**right, "chunks": 0.75, "windows": 0.25}
# contact 190: distance without the step itself; price 60
wrong_4 = {**right, "contact": 190, "price": 60}
# a^k for the bias of a window: 0.8^5
wrong_5 = {**right, "window_bias": 0.8 ** 5}
# two slips: what is kept, not missed, and positions from 0
wrong_6 = {**right, "window_bias": 1 - 0.8 ** 10, "chunk_bias": sum(0.64 ** p for p in range(5)) / 5}
# chunk bias at the mean position 3: 0.64^3
wrong_7 = {**right, "chunk_bias": 0.64 ** 3}
# windows never miss: 60 > 45
wrong_8 = {**right, "windows": 1.0}
