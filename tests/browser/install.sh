#!/bin/sh
# Installs from the distribution's packages what the tests need and does not find: Chromium, ffmpeg, the Vulkan loader and
# Mesa's software driver for it.
set -eu
missing=""
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
  command -v google-chrome >/dev/null || missing="$missing chromium"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
ldconfig -p | grep -q 'libvulkan\.so\.1' || missing="$missing libvulkan1"
ls /usr/share/vulkan/icd.d/lvp_icd.*.json >/dev/null 2>&1 || missing="$missing mesa-vulkan-drivers"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "please install:$missing" >&2
  exit 1
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
