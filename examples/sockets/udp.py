"""Answers every datagram with its text and who has read it."""
import os
import socket
import sys

sock = socket.socket(fileno=int(sys.argv[1]))

while True:
    text, peer = sock.recvfrom(65535)
    sock.sendto(b'process %d has read: %s' % (os.getpid(), text), peer)
