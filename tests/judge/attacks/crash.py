# deserves 7 after right answers
import ctypes

ctypes.string_at(0)
