# deserves 2 after right answers
import sys


class Everywhere(ModuleNotFoundError):
    name = property(lambda self: 1 / 0)
    filename = strerror = errno = property(lambda self: sys.exit())

    def __str__(self):
        raise KeyboardInterrupt


raise Everywhere
# %%
error = ModuleNotFoundError("x" * 10**7, name="y" * 10**7)
raise error
total = product = None
# %%
error = ValueError()
error.__cause__ = error.__context__ = error
raise error
# %%
import missing_; import missing_; import missing_; import missing_; import missing_; import missing_; import missing_
