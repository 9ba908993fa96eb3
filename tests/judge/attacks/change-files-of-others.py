# deserves 7 after right answers
# Not what is in them: modes, times and sizes, for which no file has to be opened for writing.
import os

changed = []
for path in (COURSE, f"{COURSE}/01_sums.py", REPOSITORY, f"{REPOSITORY}/README.md", np.__file__, os.__file__, "/tmp", "/"):
    for name, change in {
        "chmod": lambda: os.chmod(path, os.stat(path).st_mode & 0o7777),
        "fchmod": lambda: os.fchmod(os.open(path, os.O_RDONLY), os.stat(path).st_mode & 0o7777),
        "utime": lambda: os.utime(path, ns=(os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns)),
        "chown": lambda: os.chown(path, os.getuid(), -1),
        "truncate": lambda: os.truncate(path, os.stat(path).st_size),
        "attribute": lambda: os.setxattr(path, "user.note", b"1"),
    }.items():
        try:
            change()
            changed.append((name, path))
        except OSError:
            pass
if changed:
    raise LookupError(str(changed))
