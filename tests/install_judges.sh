#!/usr/bin/env bash
# Installs, where it may, the independent judges that come from the system's packages; elsewhere
# the tests that need one say what to install. In CI all of them must be there.
set -euo pipefail
missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need pdfsig poppler-utils
need certutil libnss3-tools
need qpdf qpdf
need openssl openssl
need age age
need tesseract tesseract-ocr
[ -e /usr/share/fonts/opentype/ocr-b/OCRB.otf ] || missing+=(fonts-ocr-b)
need softhsm2-util softhsm2
[ -n "${ACTA_CHROMIUM:-}" ] || need chromium chromium
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing the tests' judges: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
echo "to run every test, install: ${missing[*]}"
[ "${CI:-}" != true ]
