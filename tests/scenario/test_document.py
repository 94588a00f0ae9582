import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from vtwin.scenario import document, load, reference
from vtwin.scenario.document import NOT_YET, Document

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def test_json_schema_when_exported_then_it_is_json_and_knows_every_section():
    schema = json.loads(json.dumps(document.json_schema()))
    assert set(schema["properties"]) == {*Document.model_fields, "extends", "set", "remove"}
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_json_schema_when_followed_then_every_reference_leads_somewhere():
    schema = document.json_schema()

    def follow(node):
        if isinstance(node, dict):
            target = node.get("$ref")
            if target is not None:
                assert target.removeprefix("#/$defs/") in schema["$defs"]
            for child in node.values():
                follow(child)
        elif isinstance(node, list):
            for child in node:
                follow(child)

    follow(schema)


def test_documents_when_read_then_frozen():
    read = load.load(SCENARIOS / "three_in_a_row").document
    with pytest.raises(ValueError, match="frozen"):
        read.name = "other"


@pytest.mark.parametrize("model", [m for _, m, _ in reference.SECTIONS], ids=lambda m: m.__name__)
def test_key_when_in_the_reference_then_it_says_what_it_means(model: type[BaseModel]):
    if model in (document.PowerEntry, document.AreaEntry):
        return  # the states of a machine and a rectangle speak for themselves
    for name, field in model.model_fields.items():
        assert field.description or reference._meaning(field.annotation), name


def test_words_of_the_future_when_listed_then_none_is_in_the_language():
    models = [model for _, model, _ in reference.SECTIONS]
    assert not {name for model in models for name in model.model_fields} & set(NOT_YET)


def test_reference_when_generated_then_every_key_is_on_the_page():
    page = reference.reference()
    for _, model, _ in reference.SECTIONS:
        for name in model.model_fields:
            assert f"| `{name}` |" in page
