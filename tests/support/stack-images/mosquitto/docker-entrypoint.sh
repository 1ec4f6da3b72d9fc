#!/bin/sh
# As the official image documents: started as root, it hands /mosquitto to its account, then runs the command.
set -e
if [ "$(id -u)" = 0 ] && [ -d /mosquitto ]; then
  chown -R mosquitto:mosquitto /mosquitto || true
fi
exec "$@"
