#!/bin/sh
# Writes every event of circusd to a file (manual 5.10.2). circusctl does the subscribing.
#
#   [plugin:logger]
#   cmd = sh logger.sh
#   filename = events.log
set -eu

# The configuration is a JSON object of strings; a program such as jq reads any of them.
filename=$(printf '%s' "$CIRCUS_PLUGIN_CONFIG" | sed 's/.*"filename":"\([^"]*\)".*/\1/')

exec "${CIRCUSCTL:-circusctl}" --endpoint "$CIRCUS_PUBSUB_ENDPOINT" listen watcher. >>"$filename"
