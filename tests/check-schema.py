#!/usr/bin/env python3
"""check-schema.py SCHEMA FILE...: names the files that the JSON Schema does not allow, one a line.
Exit status 0: all are allowed; 1: some are not; 77: no validator is installed (Debian: python3-jsonschema)."""
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)

schema = json.load(open(sys.argv[1], encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
status = 0
for path in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(path, encoding="utf-8"))):
        print(f"{path}: {error.json_path}: {error.message[:200]}")
        status = 1
sys.exit(status)
