"""The systemd units keep their sandbox: systemd-analyze rates each one offline, and each role has its own user."""
import re
import shutil
import subprocess

from tap import Sample, Tap, source_dir

# Highest exposure allowed, in tenths (systemd-analyze security: 0 is nothing, 100 everything).
THRESHOLD = {"madoguchi-lmtp": 20, "madoguchi-web": 20, "madoguchi-milter": 20, "madoguchi-keeper": 20, "madoguchi-opener": 20, "madoguchi-signer": 20,
             "madoguchi-keyring": 20, "madoguchi-sender": 25}
AGENTS, AGENT_THRESHOLD = ["madoguchi-agent-decrypt", "madoguchi-agent-sign"], 25


def read_unit(path):
    """(section, key, value) triples."""
    section, found = None, []
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.append((section, key, value))
    return found


def value_of(unit, key):
    values = [value for _, name, value in unit if name == key]
    return values[-1] if values else None


def check_units(root):
    sysusers = (root / "systemd/madoguchi.sysusers").read_text()
    for name in THRESHOLD:
        path = root / "systemd" / f"{name}.service.in"
        if not path.exists():
            yield f"{path.name} is missing"
            continue
        unit = read_unit(path)
        if value_of(unit, "User") != name:
            yield f"{path.name}: runs as {value_of(unit, 'User')}, not as {name}"
        if not re.search(rf"^u {name} ", sysusers, re.M):
            yield f"{path.name}: user {name} is not in madoguchi.sysusers"
        network = value_of(unit, "PrivateNetwork")
        if (network == "yes") == (name == "madoguchi-sender"):
            yield f"{path.name}: PrivateNetwork={network}"
        for key in ("NoNewPrivileges", "ProtectSystem", "LimitCORE", "MemoryMax", "TasksMax", "Restart"):
            if value_of(unit, key) is None:
                yield f"{path.name}: no {key}="


def fill(text):
    return re.sub(r"@\w+@", "/usr/libexec/madoguchi", text)


def rate(path, threshold):
    """Complaints of systemd-analyze about the exposure of one unit file."""
    run = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={threshold}",
                          str(path)], capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return [f"{path.name}: more exposed than {threshold / 10}"] + (run.stdout + run.stderr).splitlines()[-12:]


def can_rate(path):
    """Does systemd-analyze work here at all? Old ones do not know --offline."""
    run = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)], capture_output=True,
                         text=True)
    return "Overall exposure level" in run.stdout


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_units(root), "each role has its unit, its user and no network it does not need")
    if shutil.which("systemd-analyze") is None:
        tap.skip("exposure of the units", "no systemd-analyze (Debian: systemd)")
        tap.done()
    units = {f"{name}.service": fill((root / "systemd" / f"{name}.service.in").read_text()) for name in THRESHOLD}
    for name in AGENTS:
        units[f"{name}@0.service"] = (root / "systemd" / f"{name}@.service").read_text()
    units["open.service"] = "[Service]\nExecStart=/bin/true\n"
    with Sample(units) as sample:
        if not can_rate(sample / "open.service"):
            tap.skip("exposure of the units", "systemd-analyze cannot rate units offline here")
            tap.done()
        for name, threshold in [*THRESHOLD.items(), *((f"{name}@0", AGENT_THRESHOLD) for name in AGENTS)]:
            tap.none(rate(sample / f"{name}.service", threshold), f"{name}.service is exposed at most {threshold / 10}")
        tap.finds(rate(sample / "open.service", 20), "more exposed", "an open unit is found")
    tap.done()


main()
