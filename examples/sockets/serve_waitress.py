"""waitress on an inherited socket, whose number is the first argument."""
import socket
import sys

import waitress

from wsgi import application

waitress.serve(application, sockets=[socket.socket(fileno=int(sys.argv[1]))], backlog=2048)
