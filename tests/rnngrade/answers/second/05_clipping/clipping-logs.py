# Permutation of the statement's cell: A threshold too small, B wrong place, C summed loss,
# D vanishing, E healthy.
right = {
    "E": "healthy",
    "A": "threshold too small",
    "C": "summed loss",
    "B": "wrong place",
    "D": "vanishing",
}
# Misconception: healthy is the log with the largest updates (it learns fastest): B and E exchanged.
wrong_1 = {
    "A": "threshold too small",
    "B": "healthy",
    "C": "summed loss",
    "D": "vanishing",
    "E": "wrong place",
}
# Misconception: long gradients and a high loss are read as a call in the wrong place.
wrong_2 = {
    "A": "threshold too small",
    "B": "summed loss",
    "C": "wrong place",
    "D": "vanishing",
    "E": "healthy",
}
# Misconception: a loss that does not fall comes from vanishing; A and D exchanged.
wrong_3 = {
    "A": "vanishing",
    "B": "wrong place",
    "C": "summed loss",
    "D": "threshold too small",
    "E": "healthy",
}
# Misconception: the one that never exceeds theta must be the healthy one: D and E exchanged.
wrong_4 = {
    "A": "threshold too small",
    "B": "wrong place",
    "C": "summed loss",
    "D": "healthy",
    "E": "vanishing",
}
# Two slips: summed loss / healthy and wrong place / vanishing exchanged.
wrong_5 = {
    "A": "threshold too small",
    "B": "vanishing",
    "C": "healthy",
    "D": "wrong place",
    "E": "summed loss",
}
