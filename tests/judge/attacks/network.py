# deserves 7 after right answers
import socket, itertools

opened = []
for family, kind in itertools.product((1, 2, 10, 16, 17, 38, 40), (1, 2, 3, 5)):
    try:
        socket.socket(family, kind)
        opened.append((family, kind))
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", PORT), 1)
    opened.append("connected")
except OSError:
    pass
try:
    socket.socketpair()
    opened.append("pair")
except OSError:
    pass
if opened:
    raise LookupError(str(opened))
