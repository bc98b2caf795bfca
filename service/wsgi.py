"""`service.wsgi:app`: the API of the environment's settings, for a WSGI server that is already there."""

from service.bootstrap import Parts
from service.console.installation import WrongSetting

_tandem = Parts().installed()
if not _tandem.seals:
    raise WrongSetting("TANDEM_KEYS_FILE is needed: who reaches another server cannot be told from here")
app = _tandem.application()
