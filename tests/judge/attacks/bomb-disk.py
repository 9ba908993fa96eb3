# deserves 7 after right answers
f = open("/box/f", "wb")
while True:
    f.write(bytes(1 << 20))
    f.flush()
