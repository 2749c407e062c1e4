"""A WSGI application for any server: gunicorn.ini and waitress.ini run it."""
import os


def application(environ, start_response):
    body = 'hello {} from process {}\n'.format(environ['PATH_INFO'].lstrip('/'), os.getpid())
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body.encode()]
