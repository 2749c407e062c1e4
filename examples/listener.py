"""Prints every event of circusd, from now on, with nothing but pyzmq.

    python3 listener.py [endpoint] [topic]...

Debian and Ubuntu have pyzmq as the package python3-zmq.
"""
import sys

import zmq

endpoint, *topics = sys.argv[1:] or ['tcp://127.0.0.1:5556']

events = zmq.Context().socket(zmq.SUB)
events.connect(endpoint)
# A topic is the beginning of those wanted; the empty one is the beginning of all.
for topic in topics or ['']:
    events.setsockopt_string(zmq.SUBSCRIBE, topic)

try:
    while True:
        topic, json = events.recv_multipart()
        print(f'{topic.decode()}: {json.decode()}', flush=True)
except KeyboardInterrupt:
    pass
