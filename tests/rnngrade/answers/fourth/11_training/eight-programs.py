right = dict(A="statistics", B="none", C="future", D="overlap", E="target", F="none", G="selection", H="future")
wrong_1 = {**right, "B": "selection"}
wrong_2 = {**right, "D": "selection", "G": "overlap"}
wrong_3 = {**right, "H": "target"}
wrong_4 = {key.lower(): value for key, value in right.items()}
wrong_5 = {**right, "C": "statistics", "F": "statistics"}
wrong_6 = {**right, "A": "leak"}
