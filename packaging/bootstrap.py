"""From an empty machine to the running program, with the standard library only.

    python3 packaging/bootstrap.py run  [vocmatch arguments]   opens the window (or, without a display, runs the demo)
    python3 packaging/bootstrap.py test [pytest arguments]     checks style, types and walls, then runs the tests

Makes `.venv`, installs the locked versions of `constraints.txt`, and the Debian packages that are missing where it may
(as root, or with sudo that asks nothing); where it may not, it names them. A stamp makes the next start quick.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
SUPPORTED = ((3, 11), (3, 12))
PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
NO_TESTS = 5
"""What pytest says when its arguments left none."""

# Grouped as a bare Debian 12 needs them: Qt offscreen, Qt on X, sound (the piano's soundfont with it), tests.
QT_PACKAGES = (
    "libglib2.0-0 libegl1 libgl1 libfontconfig1 libfreetype6 libdbus-1-3 libxkbcommon0 libx11-6 fonts-dejavu-core "
    "libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 "
    "libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0"
)
AUDIO_PACKAGES = "libportaudio2 libasound2-plugins libfluidsynth3 fluid-soundfont-gm"
TEST_PACKAGES = "xvfb xauth xdotool openbox x11-utils pulseaudio pulseaudio-utils"


def main(arguments: Sequence[str]) -> int:
    """Prepares what `arguments[0]` (run or test) needs and does it; returns the exit code."""
    if not arguments or arguments[0] not in ("run", "test"):
        print(__doc__)
        return 2
    job, rest = arguments[0], list(arguments[1:])
    if sys.version_info[:2] not in SUPPORTED:
        wanted = " or ".join(".".join(map(str, version)) for version in SUPPORTED)
        print(f"VocMatch needs Python {wanted}; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    testing = job == "test"
    install_system_packages(f"{QT_PACKAGES} {AUDIO_PACKAGES} {TEST_PACKAGES if testing else ''}".split())
    install(extras=("test",) if testing else ())
    return test(rest) if testing else run(rest)


def run(arguments: Sequence[str]) -> int:
    """Opens the window; without a display says so and runs the demo in the shell."""
    if not arguments and not has_display():
        print("No display here: running the demo in the shell instead.", file=sys.stderr)
        arguments = ["demo"]
    return subprocess.call([python(), "-m", "vocmatch_desktop", *arguments])


def test(arguments: Sequence[str]) -> int:
    """Style, types, walls, tests; every one is run, and 1 says that one of them failed.

    The tests run in a process for each core, file by file (`-n 0` for one process), so each has one thread for its
    arithmetic. Those that hear the virtual sound card run after the others: sound waits for no core.
    """
    checks = [
        ("style", [tool("ruff"), "check", "."]),
        ("format", [tool("ruff"), "format", "--check", "."]),
        ("types", [tool("mypy")]),
        ("walls", [tool("lint-imports")]),
        ("tests", [python(), "-m", "pytest", *PARALLEL, "-m", "not realtime", *arguments]),
        ("tests in real time", [python(), "-m", "pytest", "-m", "realtime", *arguments]),
    ]
    failed = []
    for name, command in checks:
        print(f"== {name}", flush=True)
        if subprocess.call(command, cwd=ROOT, env={"OMP_NUM_THREADS": "1", **os.environ}) not in (0, NO_TESTS):
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def has_display() -> bool:
    """Whether a window can be shown; only X11 and Wayland systems can lack one."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# Debian packages


def install_system_packages(wanted: Iterable[str]) -> None:
    """Installs what dpkg does not know as installed, or names it where that is not allowed."""
    if not shutil.which("dpkg-query"):
        return
    missing = missing_packages(wanted)
    if not missing:
        return
    apt = apt_command()
    if apt is None:
        print(f"Missing system packages; please install: apt-get install {' '.join(missing)}", file=sys.stderr)
        return
    print(f"Installing system packages: {' '.join(missing)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.call([*apt, "update", "-q"], **quiet)  # type: ignore[call-overload]
    names = [available_name(name) for name in missing]
    if subprocess.call([*apt, "install", "-q", "-y", "--no-install-recommends", *names], **quiet) != 0:  # type: ignore[call-overload]
        print(f"That did not work; please install by hand: {' '.join(missing)}", file=sys.stderr)


def missing_packages(wanted: Iterable[str]) -> list[str]:
    """Those of `wanted` that are not installed (newer systems add "t64" to some names)."""
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}
    return [name for name in wanted if name not in installed and f"{name}t64" not in installed]


def apt_command() -> list[str] | None:
    """apt-get as root or through a sudo that asks nothing; None where neither is possible."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    sudo = shutil.which("sudo")
    if sudo and subprocess.call([sudo, "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return [sudo, "-n", "apt-get"]
    return None


def available_name(name: str) -> str:
    """`name`, or its "t64" successor where only that exists."""
    known = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
    return name if known.returncode == 0 else f"{name}t64"


# The virtual environment


def install(extras: Sequence[str]) -> None:
    """Makes `.venv` and installs the program with `extras`, unless a stamp says that this was done."""
    stamp = VENV / f"installed-{'-'.join(extras) or 'runtime'}.stamp"
    gpu = nvidia_driver_answers()
    fingerprint = state(gpu)
    if Path(python()).exists() and any(has(made, extras, fingerprint) for made in VENV.glob("installed-*.stamp")):
        return
    make_venv()
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    print("Installing Python packages (a minute or two the first time) …", file=sys.stderr, flush=True)
    pip("install", "-c", str(CONSTRAINTS), "-e", target)
    use_onnxruntime(gpu)
    for old in VENV.glob("installed-*.stamp"):
        if old.read_text("utf-8") != fingerprint:
            old.unlink()
    stamp.write_text(fingerprint, "utf-8")


def has(stamp: Path, extras: Sequence[str], fingerprint: str) -> bool:
    """Whether a stamp tells of this installation with at least these extras."""
    return set(extras) <= set(stamp.stem.split("-")) and stamp.read_text("utf-8") == fingerprint


def state(gpu: bool) -> str:
    """Changes whenever the installation has to be done again."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {sys.version_info[:3]} {'gpu' if gpu else 'cpu'} {ROOT}"


def make_venv() -> None:
    """A virtual environment with pip; Debian keeps the part that makes one in a package of its own."""
    if (
        Path(python()).exists()
        and subprocess.call([python(), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0
    ):
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        install_system_packages([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
    venv.EnvBuilder(with_pip=True, clear=VENV.exists()).create(VENV)


def use_onnxruntime(gpu: bool) -> None:
    """Leaves exactly one onnxruntime: with CUDA where an NVIDIA driver answers, the plain one elsewhere.

    swift-f0 asks for `onnxruntime` by name; beside `onnxruntime-gpu` both land in one folder and the CPU build wins.
    """
    wanted, other = ("onnxruntime-gpu", "onnxruntime") if gpu else ("onnxruntime", "onnxruntime-gpu")
    if is_installed(wanted) and not is_installed(other):
        return
    pip("uninstall", "-y", "onnxruntime", "onnxruntime-gpu")
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    version = next(line.split("==")[1].strip() for line in lines if line.startswith("onnxruntime=="))
    pip("install", f"onnxruntime-gpu[cuda,cudnn]=={version}" if gpu else f"onnxruntime=={version}")


def is_installed(name: str) -> bool:
    """Whether pip knows the package in `.venv`."""
    command = [python(), "-m", "pip", "show", "-q", name]
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def nvidia_driver_answers() -> bool:
    """Whether an NVIDIA driver is loaded and answers (macOS has no CUDA build)."""
    tool_path = shutil.which("nvidia-smi")
    if tool_path is None or sys.platform == "darwin":
        return False
    return subprocess.call([tool_path, "-L"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def pip(*arguments: str) -> None:
    """Runs pip in `.venv`; its failure ends the bootstrap with pip's own words."""
    command = [python(), "-m", "pip", "--disable-pip-version-check", *arguments[:1], "-q", *arguments[1:]]
    if subprocess.call(command) != 0:
        raise SystemExit("The installation failed (pip's message is above); check the network and run again.")


def python() -> str:
    """The virtual environment's interpreter."""
    return str(BIN / ("python.exe" if os.name == "nt" else "python"))


def tool(name: str) -> str:
    """A command of the virtual environment."""
    return str(BIN / name)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
