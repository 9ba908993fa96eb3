"""What stands in for modules that are not there. They can be imported and passed around; using one says which it is."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import types
from collections.abc import Sequence
from typing import Any

REFUSING = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul neg pos abs "
    "invert lt le gt ge len iter next contains float int complex bool index enter exit aenter aiter await array "
    "setitem delitem"
)


class Forbidden(ImportError):
    """The answer reached for a module that its question forbids."""


class NotHere(ModuleNotFoundError):
    """The code reached for a module that is not installed."""


class Absent:
    """Any name of a module that is not there. It may be passed around, annotate and be derived from; no more."""

    def __init__(self, module: str, error: type[ImportError] = Forbidden) -> None:
        self._module, self._error = module, error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise refusal(self)

    def _itself(self, _: Any) -> Any:
        return self

    __call__ = _refuse
    __getitem__ = __or__ = __ror__ = _itself  # as annotations do
    __hash__ = object.__hash__

    def __instancecheck__(self, _: Any) -> bool:
        return False

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        """A class derived from it can be defined; to make one of its kind is to use it."""
        return (type("Absent", (), {"__new__": lambda cls, *_, **__: self._refuse()}),)


for _name in REFUSING.split():
    setattr(Absent, f"__{_name}__", Absent._refuse)


def refusal(value: Absent) -> ImportError:
    """What using ``value`` raises."""
    return value._error(value._module)


class AbsentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports of forbidden modules succeed and give nothing, so that one import does not cost the rest of a cell."""

    def __init__(self, forbidden: Sequence[str]) -> None:
        self.forbidden = forbidden

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Claim ``name`` if its top-level module is forbidden."""
        if name.partition(".")[0] not in self.forbidden:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """A module every name of which is ``Absent``."""
        module, absent = types.ModuleType(spec.name), Absent(spec.name.partition(".")[0])
        module.__dict__["__getattr__"] = lambda name: getattr(absent, name)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""
