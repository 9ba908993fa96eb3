# Permutation of the statement's cell: A state carried over, B none, C softmax twice,
# D targets not shifted, E padding counted.
right = {
    "E": "padding counted",
    "D": "targets not shifted",
    "A": "state carried over",
    "C": "softmax twice",
    "B": "none",
}
# Misconception: the best numbers (loss far below the entropy) belong to the sound program.
wrong_1 = {
    "A": "state carried over",
    "B": "targets not shifted",
    "C": "softmax twice",
    "D": "none",
    "E": "padding counted",
}
# Misconception: a loss that changes with more padding is blamed on the carried state.
wrong_2 = {
    "A": "padding counted",
    "B": "none",
    "C": "softmax twice",
    "D": "targets not shifted",
    "E": "state carried over",
}
# Misconception: a loss above the entropy is taken for normal, the lower one for the mistake.
wrong_3 = {
    "A": "state carried over",
    "B": "softmax twice",
    "C": "none",
    "D": "targets not shifted",
    "E": "padding counted",
}
# Misconception: labels copied in the order of the table (the letters taken as undealt).
wrong_4 = {
    "A": "none",
    "B": "padding counted",
    "C": "state carried over",
    "D": "softmax twice",
    "E": "targets not shifted",
}
# Two slips: the high loss read as padding, the padded change as softmax; B for a carried state.
wrong_5 = {
    "A": "none",
    "B": "state carried over",
    "C": "padding counted",
    "D": "targets not shifted",
    "E": "softmax twice",
}
