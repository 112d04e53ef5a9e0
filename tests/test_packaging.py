"""What a built distribution holds: the rules and cases travel, tests and documents do not."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DATA = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("rules", "cases")
    for path in (ROOT / folder).rglob("*.yaml")
)


def build(target: str, source: Path, folder: Path) -> Path:
    """The distribution of one kind (`wheel` or `sdist`), built from a source tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def unpacked_wheel(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_of(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def dist_info(wheel: Path, name: str) -> bytes:
    (folder,) = wheel.glob("*.dist-info")
    return (folder / name).read_bytes()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    built = build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))
    return unpacked_wheel(built, tmp_path_factory.mktemp("unpacked-wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this checkout, unpacked."""
    built = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked-sdist")
    with tarfile.open(built) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    return message_from_bytes(dist_info(wheel, "METADATA"))


def test_the_named_data_files_exist():
    """The folders that the next tests look for are the ones the project ships."""
    named = {"rules/vocabulary.yaml", "rules/anatomy.yaml"}
    named |= {f"cases/imr/{number:03}.yaml" for number in range(5)}

    assert named <= set(DATA)


@pytest.mark.parametrize("path", DATA)
def test_every_rule_and_case_travels_in_the_wheel(wheel: Path, path: str):
    """A rule or case is found inside the package, byte for byte."""
    assert (wheel / "checker" / "_data" / path).read_bytes() == (ROOT / path).read_bytes()


def test_what_reports_are_drawn_with_travels_in_the_wheel(wheel: Path):
    """Templates and styles are found inside the package, byte for byte."""
    templates = sorted((ROOT / "checker/render/templates").iterdir())

    assert len(templates) > 4
    for path in templates:
        assert (wheel / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("path", DATA)
def test_every_rule_and_case_travels_in_the_sdist(sdist: Path, path: str):
    """A rule or case stays where it is in the repository, byte for byte."""
    assert (sdist / path).read_bytes() == (ROOT / path).read_bytes()


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path):
    """Nothing that the wheel needs is left out of the source distribution."""
    rebuilt = build("wheel", sdist, tmp_path / "built")

    assert files_of(unpacked_wheel(rebuilt, tmp_path / "unpacked")) == files_of(wheel)


def test_only_the_package_travels_in_the_wheel(wheel: Path):
    """No test, document or tool lands beside the package in a user's environment."""
    assert sorted(path.name for path in wheel.iterdir() if path.suffix != ".dist-info") == [
        "checker"
    ]


def test_the_wheel_has_no_compiled_or_hidden_file(wheel: Path):
    """Leftovers of an editor or an earlier run do not travel."""
    strange = [path for path in files_of(wheel) if path.endswith(".pyc") or "/." in path]

    assert strange == []


def test_the_distribution_is_called_guideline_checker(metadata: Message):
    """The name to install differs from the command to run."""
    assert metadata["Name"] == "guideline-checker"


def test_the_wheel_states_the_python_versions_it_was_tested_on(metadata: Message):
    """durable-rules is known to build and load on 3.11, 3.12 and 3.13 only."""
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}


def test_the_wheel_installs_the_checker_command(wheel: Path):
    """One command, and its function exists in the package's command line."""
    entry_points = ConfigParser()
    entry_points.read_string(dist_info(wheel, "entry_points.txt").decode())

    assert dict(entry_points["console_scripts"]) == {"checker": "checker.cli:main"}


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_every_runtime_dependency_has_its_reasons_written_down(requirement: str):
    """Each has a heading that repeats the bound in pyproject.toml."""
    decision = (ROOT / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8")

    assert f"`{requirement}`" in decision
