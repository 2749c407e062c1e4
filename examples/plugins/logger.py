"""Writes every event of circusd to a file, with nothing but pyzmq (manual 5.10.2).

    [plugin:logger]
    cmd = /usr/bin/python3 logger.py
    filename = events.log
"""
import json
import os
import signal

import zmq

config = json.loads(os.environ['CIRCUS_PLUGIN_CONFIG'])
events = zmq.Context().socket(zmq.SUB)
events.connect(os.environ['CIRCUS_PUBSUB_ENDPOINT'])
events.setsockopt_string(zmq.SUBSCRIBE, 'watcher.')


def stop(*_):
    raise SystemExit


# circusd ends a plugin by SIGTERM: the file is closed on the way out.
signal.signal(signal.SIGTERM, stop)

with open(config['filename'], 'a', buffering=1) as file:
    while True:
        topic, message = events.recv_multipart()
        file.write(f'{topic.decode()}::{message.decode()}\n')
