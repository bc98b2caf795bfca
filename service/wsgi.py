"""`service.wsgi:app`: the API of the environment's settings, for a WSGI server that is already there."""

from service.bootstrap import Parts

app = Parts().installed().application()
