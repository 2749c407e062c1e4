"""A stream class in another language: appends what processes write to the file that is named.

circusd sends a line of JSON for each piece of output: seq, watcher, name (stdout or stderr), pid, wid,
time, and data, or base64 where it is no UTF-8. The answer to each is its seq, when it is safe: what was
not answered for is sent to the successor of a program that has died.

    [watcher:web]
    cmd = python3 -m http.server
    stderr_stream.class = exec:exec python3 take.py /tmp/web.log
"""
import base64
import json
import sys

with open(sys.argv[1], "ab", buffering=0) as out:
    for line in sys.stdin:
        piece = json.loads(line)
        if "base64" in piece:
            out.write(base64.b64decode(piece["base64"]))
        else:
            out.write(piece["data"].encode())
        print(piece["seq"], flush=True)
