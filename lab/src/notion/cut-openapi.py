#!/usr/bin/env python3
"""Cuts Notion's OpenAPI description to what Evenkeel asks for.

    npm pack @notionhq/notion-mcp-server@2.5.2 && tar xf notionhq-*.tgz && python3 cut-openapi.py package/scripts/notion-openapi.json > openapi.json

The description is Notion's, under the MIT licence; its `info` says so and stays.
"""

import json
import sys

USED = {
    "/v1/search": "post",
    "/v1/blocks/{block_id}/children": "get",
    "/v1/pages/{page_id}": "get",
    "/v1/data_sources/{data_source_id}/query": "post",
    "/v1/databases/{database_id}": "get",
}

whole = json.load(open(sys.argv[1]))
paths = {}
for path, method in USED.items():
    operation = whole["paths"][path][method]
    paths[path] = {method: {key: operation[key] for key in ("operationId", "parameters", "requestBody") if key in operation}}


def without_words(value):
    if isinstance(value, dict):
        return {key: without_words(inner) for key, inner in value.items() if key != "description" or not isinstance(inner, str)}
    return [without_words(inner) for inner in value] if isinstance(value, list) else value


cut = {
    "openapi": whole["openapi"],
    "info": whole["info"],
    "paths": without_words(paths),
    "components": {
        "parameters": without_words(whole["components"]["parameters"]),
        "schemas": {"sortObject": without_words(whole["components"]["schemas"]["sortObject"])},
    },
}
json.dump(cut, sys.stdout, indent=1)
print()
