# Shared by the set-up scripts: one sentence for each thing that can be wrong, exit status 2.

fail() {
  echo "set-up: $*" >&2
  exit 2
}

# run_quietly <what> <command...>: one line while all goes well, the whole output when it doesn't.
run_quietly() {
  what=$1
  shift
  echo "set-up: $what"
  output=$("$@" 2>&1) || {
    echo "$output" >&2
    fail "$what failed; the output above says why"
  }
}

# apt_install <package> <reason>: as root, or through sudo where the user may.
apt_install() {
  command -v apt-get >/dev/null || fail "$2; install the package $1 or its like with your system's package manager"
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "$2; as root, run: apt-get install $1"
    # Ask for a password only where somebody can type it.
    [ -t 0 ] && as_root=sudo || as_root="sudo -n"
    $as_root true || fail "$2; as root, run: apt-get install $1"
  fi
  run_quietly "reading the package lists" $as_root apt-get update
  run_quietly "installing $1 ($2)" \
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$1"
}
