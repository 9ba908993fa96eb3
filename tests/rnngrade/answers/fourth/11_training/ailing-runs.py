right = dict(A="exploding", B="healthy", C="memorising", D="rate too small", E="vanishing")
wrong_1 = dict(A="exploding", B="memorising", C="healthy", D="vanishing", E="rate too small")
wrong_2 = dict(A="exploding", B="healthy", C="memorising", D="vanishing", E="vanishing")
wrong_3 = ["exploding", "healthy", "memorising", "rate too small", "vanishing"]
wrong_4 = {label: letter for letter, label in right.items()}
wrong_5 = {**right, "D": "learning rate too small"}
wrong_6 = dict(A="memorising", B="exploding", C="healthy", D="rate too small", E="vanishing")
