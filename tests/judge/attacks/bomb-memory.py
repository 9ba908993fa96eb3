# deserves 7 after right answers
hoard = []
while True:
    hoard.append(bytearray(1 << 24))
