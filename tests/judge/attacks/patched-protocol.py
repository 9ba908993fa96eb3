# deserves 0
import json

json.loads = json.dumps = lambda *a, **k: {}
