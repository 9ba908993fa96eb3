# Permutation of the statement's cell: A wrong targets, B vanishing, C short cut,
# D rate too small, E healthy.
right = {
    "E": "healthy",
    "C": "short cut",
    "B": "vanishing",
    "D": "rate too small",
    "A": "wrong targets",
}
# Misconception: every low ratio means no learning: the short cut is called vanishing and the reverse.
wrong_1 = {
    "A": "wrong targets",
    "B": "short cut",
    "C": "vanishing",
    "D": "rate too small",
    "E": "healthy",
}
# Misconception: a flat loss with sound gradients: rate and targets exchanged.
wrong_2 = {
    "A": "rate too small",
    "B": "vanishing",
    "C": "short cut",
    "D": "wrong targets",
    "E": "healthy",
}
# Misconception: the lower last loss is the healthy one: short cut and healthy exchanged.
wrong_3 = {
    "A": "wrong targets",
    "B": "vanishing",
    "C": "healthy",
    "D": "rate too small",
    "E": "short cut",
}
# Misconception: a loss that stays put and a small norm are read as a rate too small.
wrong_4 = {
    "A": "wrong targets",
    "B": "rate too small",
    "C": "short cut",
    "D": "vanishing",
    "E": "healthy",
}
# Two slips: healthy / short cut exchanged and vanishing / wrong targets exchanged.
wrong_5 = {
    "A": "vanishing",
    "B": "wrong targets",
    "C": "healthy",
    "D": "rate too small",
    "E": "short cut",
}
