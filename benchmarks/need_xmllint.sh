#!/bin/sh
# The benchmark compares with xmllint, which Debian and Ubuntu keep in the package libxml2-utils.
command -v xmllint >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "xmllint is missing: installing the Debian package libxml2-utils."
  if { apt-get update && apt-get install -y libxml2-utils; } >/dev/null 2>&1; then exit 0; fi
fi
echo "The benchmark compares with xmllint, and there is none here. Install the Debian package libxml2-utils, then run make bench again." >&2
exit 1
