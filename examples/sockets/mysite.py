"""A Django project in one file."""
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=['127.0.0.1', 'localhost'],
    ROOT_URLCONF=__name__,
    SECRET_KEY='for this example only',
)


def hello(request, name):
    return HttpResponse('hello {} from process {}\n'.format(name, os.getpid()), 'text/plain')


urlpatterns = [path('hello/<name>', hello)]
application = get_wsgi_application()
