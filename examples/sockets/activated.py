"""A program that systemd could start: it knows its socket from LISTEN_FDS (sd_listen_fds(3))."""
import os
import socket
import sys

if os.environ.get('LISTEN_PID') != str(os.getpid()) or os.environ.get('LISTEN_FDS') != '1':
    sys.exit('activated.py: wants to be started with one socket')
sock = socket.socket(fileno=3)
idle_seconds = float(os.environ.get('IDLE_SECONDS', '10'))

sock.settimeout(idle_seconds)
try:
    while True:
        conn, addr = sock.accept()
        conn.recv(1024)
        body = 'hello from process {}, which serves {}\n'.format(
            os.getpid(), os.environ['LISTEN_FDNAMES'])
        head = 'HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n'.format(len(body))
        conn.sendall((head + body).encode())
        conn.close()
except socket.timeout:
    pass  # Nobody comes any more. Whoever comes later starts the next process.
