# Where the rules lie, with the scripts and the library that they need, on this machine.
import tarfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from snakemake.sourcecache import HostingProviderFile


def rules_folder():
    """The folder of the rule files.

    Of a module that is named by `github(...)`, Snakemake fetches single files, and not the library
    that the scripts import. It works from a copy of the revision it names, in Snakemake's cache.
    """
    here = workflow.current_basedir
    if not isinstance(here, HostingProviderFile):
        return Path(here)
    repository = here.hosted_repo.repo
    commit = repository.commit(here.ref).hexsha
    copy = Path(workflow.sourcecache.cache_path) / "recurseq" / commit
    if not copy.exists():
        unpack(repository, commit, copy)
    return copy / "workflow" / "rules"


def unpack(repository, commit, folder):
    """Write the files of a commit to a new folder, which appears when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as temporary:
        archive, files = Path(temporary, "archive.tar"), Path(temporary, "files")
        repository.git.archive(commit, format="tar", output=archive)
        with tarfile.open(archive) as packed:
            packed.extractall(files, filter="data")
        with suppress(OSError):  # another process was first
            files.rename(folder)


RULES = rules_folder()
