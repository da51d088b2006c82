# Sourced by the programs in bin/, with $root set. Leaves in $node a Node.js that can run this project, and sees to it
# that the npm packages are installed. When all is there it costs two file tests.

# Type stripping without a warning and node:sqlite without a flag: both since this version of Node.js.
needed_major=24
needed_minor=15

say() { printf 'spin: %s\n' "$*" >&2; }

new_enough() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  major=${version%%.*}
  version=${version#*.}
  minor=${version%%.*}
  [ "$major" -gt "$needed_major" ] || { [ "$major" -eq "$needed_major" ] && [ "$minor" -ge "$needed_minor" ]; }
}

find_node() {
  for node in "$root"/packaging/runtime/node_modules/node-linux-*/bin/node; do
    [ -x "$node" ] && return 0
  done
  node=$(command -v node) && new_enough "$node"
}

packages_current() {
  [ -e "$root/node_modules/.package-lock.json" ] && ! [ "$root/node_modules/.package-lock.json" -ot "$root/package-lock.json" ]
}

fetch_packages() {
  command -v npm >/dev/null || {
    say 'npm is needed to fetch what is missing, and it is not installed.'
    exit 1
  }
  # No package's install script runs: nothing here needs one, and none gets the chance.
  set -- --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error
  npm ci "$@" </dev/null >/dev/null 2>&1 && return
  # A registry that lacks optional packages of other platforms makes `npm ci` refuse; `npm install` takes the same
  # versions from the same lock file.
  npm install --no-save "$@" </dev/null >&2 || {
    say "the npm packages in $2 could not be installed (see above). Is the npm registry reachable, and may this user write there?"
    exit 1
  }
}

prepare() {
  if find_node && packages_current; then return; fi
  (
    # Two programs that start at once install once.
    if command -v flock >/dev/null; then flock 9; fi
    find_node || {
      say "fetching Node.js $needed_major (60 MB, once; the machine's own is older or missing)"
      fetch_packages "$root/packaging/runtime"
    }
    packages_current || {
      say 'fetching the npm packages (once)'
      fetch_packages "$root"
      touch "$root/node_modules/.package-lock.json"
    }
  ) 9<"$root/packaging" || exit $?
  find_node || {
    say "there is no Node.js $needed_major for this machine ($(uname -m)) in packaging/runtime; install one yourself."
    exit 1
  }
}

prepare
