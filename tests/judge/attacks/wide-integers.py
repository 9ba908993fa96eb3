# deserves 3 after right answers
def total(x):
    return 10**100000


half = 10**400
