right = {"A": "bias 5", "B": "one step closes", "C": "bias 0", "D": "bias 1", "E": "bias 5, nothing written"}
# The level line taken for bias 5 alone, the growing one for nothing written.
wrong_1 = {**right, "A": "bias 5, nothing written", "E": "bias 5"}
# Faster decay taken for the larger bias.
wrong_2 = {**right, "C": "bias 1", "D": "bias 0"}
# The jump not seen: E is thought to be the closing one.
wrong_3 = {**right, "B": "bias 5, nothing written", "E": "one step closes"}
# Spelling: the label's last words left out.
wrong_4 = {**right, "B": "closes", "E": "nothing written"}
# Two slips: a cycle among three, and letters in lower case.
wrong_5 = {"a": "bias 5, nothing written", "b": "bias 5", "c": "bias 0", "d": "bias 1", "e": "one step closes"}
