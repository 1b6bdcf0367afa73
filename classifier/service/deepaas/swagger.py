"""The document of Swagger 2.0 that clients of DEEPaaS read: its paths, for each model.

It is made from the document of OpenAPI 3.1, which has all paths: these clients look for a model's name in the paths.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from classifier.service.schemas import Model

MODEL = "/v2/models/{name}/"
PREDICT = "/v2/models/{name}/predict/"
TRAINS = ("/v2/models/{architecture}/train/", "/v2/models/{architecture}/train/{uuid}")
PATHS = ("/", "/v2/", "/v2/debug/", "/v2/models/")  # those without a model
OF_JSON = "application/json"


def document(openapi: dict, models: Collection[Model], trainable: Collection[str], prefix: str) -> dict[str, Any]:
    """The document.

    Args:
        openapi: the document of OpenAPI 3.1.
        models: those that predict.
        trainable: names of the architectures.
        prefix: the path that a proxy puts in front.
    """
    found = {path: openapi["paths"][path] for path in PATHS}
    for model in models:
        paths = [MODEL, PREDICT, *(TRAINS if model.architecture in trainable else ())]
        for path in paths:
            named = path.replace("{name}", quote(model.name)).replace("{architecture}", quote(model.name))
            found[named] = openapi["paths"][path]
    bodies = openapi["components"]["schemas"]
    return {
        "swagger": "2.0",
        "info": openapi["info"],
        "basePath": prefix or "/",
        "securityDefinitions": {"token": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        "paths": {path: dict(_operations(path, verbs, bodies)) for path, verbs in found.items()},
        "definitions": {name: _schema(schema) for name, schema in bodies.items() if not name.startswith("Body_")},
    }


def _operations(path: str, verbs: Mapping[str, Any], bodies: Mapping[str, Any]) -> Iterator[tuple[str, dict]]:
    for verb, operation in verbs.items():
        responses = {code: _response(response) for code, response in operation["responses"].items()}
        produces = sorted(
            {kind for response in operation["responses"].values() for kind in response.get("content", {})},
            key=lambda kind: (kind != OF_JSON, kind),
        )
        parameters = [
            _parameter(one)
            for one in operation.get("parameters", [])
            if one["in"] != "path" or f"{{{one['name']}}}" in path
        ]
        parameters += _form(operation.get("requestBody"), bodies)
        if path.endswith("/predict/"):
            choices = {"type": "string", "enum": [*produces, "*/*"], "default": OF_JSON}
            parameters.append({"in": "header", "name": "accept", "required": False, **choices})
        name = f"{verb} {path}"  # unique, as Swagger wants it
        made = {"operationId": name, "summary": operation.get("description", operation["summary"])}
        made |= {"parameters": parameters, "produces": produces or [OF_JSON], "responses": responses}
        if parameters and any(one["in"] == "formData" for one in parameters):
            made["consumes"] = ["multipart/form-data"]
        if operation.get("security"):
            made["security"] = [{"token": []}]
        yield verb, made


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    made = {"in": given["in"], "name": given["name"], "required": given.get("required", False)}
    if "description" in given:
        made["description"] = given["description"]
    schema = _schema(given["schema"])
    return made | {key: value for key, value in schema.items() if key not in ("title", "description")}


def _form(body: Mapping[str, Any] | None, bodies: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a form: each is a file."""
    for kind in (body or {}).get("content", {}).values():
        schema = kind["schema"]
        for one in schema.get("allOf", [schema, *schema.get("anyOf", ())]):
            name = one.get("$ref", "").rpartition("/")[2]
            for field, about in bodies.get(name, {}).get("properties", {}).items():
                described = {"description": about["description"]} if "description" in about else {}
                yield {"in": "formData", "name": field, "required": False, "type": "file", **described}


def _response(given: Mapping[str, Any]) -> dict[str, Any]:
    schema = given.get("content", {}).get(OF_JSON, {}).get("schema")
    return {"description": given["description"], **({"schema": _schema(schema)} if schema else {})}


def _schema(schema: Any) -> Any:
    """A schema of OpenAPI 3.1 in the words of Swagger 2.0, which has neither null nor choices."""
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref'].rpartition('/')[2]}"}
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "anyOf":
            choices = [one for one in value if one != {"type": "null"}]
            if len(choices) == 1:
                only = _schema(choices[0])
                made |= {"allOf": [only]} if "$ref" in only else only
            if len(choices) < len(value):
                made["x-nullable"] = True
        elif key == "const":
            made["enum"] = [value]
        elif key == "properties":
            made[key] = {name: _schema(one) for name, one in value.items()}
        elif key in ("items", "additionalProperties"):
            made[key] = _schema(value)
        elif key not in ("contentMediaType", "default") or key == "default" and value is not None:
            made[key] = value
    return made
