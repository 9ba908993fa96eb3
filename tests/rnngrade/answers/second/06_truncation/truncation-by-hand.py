# 15 of 60; 15 of 20; 60 / 20; 200; 0.8^10; mean of 0.64^p over p = 1..5.
right = {
    "chunks": 0.25,
    "windows": 0.75,
    "price": 3,
    "contact": 200,
    "window_bias": 0.8**10,
    "chunk_bias": sum(0.64**p for p in range(1, 6)) / 5,
}
# Misconception: lag 45 needs 44 steps before (own step not counted): 16 of 60 and 16 of 20.
wrong_1 = {
    "chunks": 16 / 60,
    "windows": 0.8,
    "price": 3,
    "contact": 200,
    "window_bias": 0.1073742,
    "chunk_bias": 0.3173781,
}
# Misconception: contact needs a chunk as long as the lag, 200 - 10 + 1 = 191; cuts are fixed, though.
wrong_2 = {
    "chunks": 0.25,
    "windows": 0.75,
    "price": 3,
    "contact": 191,
    "window_bias": 0.1073742,
    "chunk_bias": 0.3173781,
}
# Misconception: a^k in place of a^2k: the state's own a^(j+1) forgotten in the bias.
wrong_3 = {
    "chunks": 0.25,
    "windows": 0.75,
    "price": 3,
    "contact": 200,
    "window_bias": 0.32768,
    "chunk_bias": sum(0.8**p for p in range(1, 6)) / 5,
}
# Misconception: the fraction that is kept, in place of the one missed.
wrong_4 = {
    "chunks": 0.25,
    "windows": 0.75,
    "price": 3,
    "contact": 200,
    "window_bias": 0.8926258,
    "chunk_bias": 0.6826219,
}
# Two slips: the lag's share 45 / 60 for chunks, and positions 0 to 4 in the chunk bias.
wrong_5 = {
    "chunks": 0.75,
    "windows": 0.75,
    "price": 3,
    "contact": 200,
    "window_bias": 0.1073742,
    "chunk_bias": sum(0.64**p for p in range(5)) / 5,
}
