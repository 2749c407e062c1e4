"""The manual's 5.7.2: takes one connection after the other from a socket that it has inherited."""
import os
import socket
import sys

fd = int(sys.argv[1])  # the number of the socket, from $(circus.sockets.foo)
sock = socket.socket(fileno=fd)

while True:
    conn, addr = sock.accept()
    conn.recv(1024)
    body = b'hello from process %d\n' % os.getpid()
    conn.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body))
    conn.close()
