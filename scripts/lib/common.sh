# Shared by scripts/quickstart, scripts/check and .ci/run: packages, and the build in its own directory.
# Expects $SRC, the source directory. Prints what it does; never asks a question.

die ()
{
  echo "${0##*/}: $*" >&2
  exit 1
}

say ()
{
  echo "== $*"
}

# Runs a command as root: directly, or through sudo without a password.
as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n "$@" || die "sudo -n $1 failed: run this as root, or install the packages named in scripts/packages"
  else
    die "need root or sudo to install the packages named in scripts/packages"
  fi
}

# wanted_packages FILE: the names in a list of packages; "name program" only when there is no such program.
wanted_packages ()
{
  local name program

  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1" | while read -r name program; do
    [ -n "$program" ] && command -v "$program" >/dev/null || echo "$name"
  done
}

# Tests start servers of their own. What Debian starts by itself, on ports that anybody reaches, is not wanted because of
# tests: a server that came with them is stopped; one that was there before is left alone.
stop_servers ()
{
  local name

  for name; do
    case $name in
      nginx-light) name=nginx ;;
      caddy) ;;
      *) continue ;;
    esac
    command -v systemctl >/dev/null || continue
    say "$name came for the tests: stopping and disabling its service"
    as_root systemctl --quiet disable "$name" || true
    [ ! -d /run/systemd/system ] || as_root systemctl --quiet stop "$name" || true
  done
}

# install_packages [FILE]: installs what is missing of a list; does not touch apt when nothing is.
install_packages ()
{
  local name missing=()

  command -v dpkg-query >/dev/null || die "this is not Debian: install the packages named in scripts/packages"
  for name in $(wanted_packages "${1:-$SRC/scripts/packages}"); do
    dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  # Postfix asks how it should run; ours run as private instances that the tests start and stop.
  echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections \
    || die "cannot preset the answers of packages"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || die "apt-get update failed"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
    || die "apt-get install failed"
  stop_servers "${missing[@]}"
}

build_jobs ()
{
  nproc 2>/dev/null || echo 1
}

# Configures (when needed) and builds in directory $1; further arguments go to configure.
build_in ()
{
  local dir=$1
  shift

  if [ ! -x "$SRC/configure" ] || [ "$SRC/configure.ac" -nt "$SRC/configure" ]; then
    say "making configure"
    "$SRC/autogen.sh" >"$SRC/autogen.log" 2>&1 || { cat "$SRC/autogen.log" >&2; die "autogen.sh failed"; }
  fi
  mkdir -p "$dir" || die "cannot make $dir"
  dir=$(cd "$dir" && pwd)
  if [ ! -f "$dir/Makefile" ]; then
    say "configuring in $dir"
    (cd "$dir" && "$SRC/configure" -q "$@") || die "configure failed: see $dir/config.log"
  fi
  say "building in $dir (log: $dir/build.log)"
  make -C "$dir" -j"$(build_jobs)" >"$dir/build.log" 2>&1 || { tail -n 60 "$dir/build.log" >&2; die "make failed"; }
}
