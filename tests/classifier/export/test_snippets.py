"""The programs for apps decide what the package decides: tests/decision_rule.json holds it for all of them."""

import json
import shutil
import subprocess
import zipfile

import pytest

from classifier.export import snippets
from classifier.export.snippets import decision_rule
from classifier.records import rule_file
from classifier.scoring.decision_rule import DecisionRule
from tests.classifier.export.test_inspection import with_metadata
from tests.conftest import ROOT, call_script

SNIPPETS = ROOT / "classifier" / "export" / "snippets"
VECTOR = ROOT / "tests" / "decision_rule.json"
RULE = DecisionRule({"song": 0.8}, smooth=3, hop=1.0)


def made(path):
    """A .tflite with a rule in it."""
    path.write_bytes(with_metadata())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(rule_file.FILE), rule_file.as_bytes(RULE))
    return path


def run_node(program, folder):
    """What a program prints that has imported everything of decision_rule.js."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    shutil.copy(SNIPPETS / "decision_rule.js", folder / "decision_rule.mjs")
    head = 'import { readFileSync } from "node:fs"; import { DecisionRule, fileIn } from "./decision_rule.mjs";\n'
    (folder / "run.mjs").write_text(head + program)
    done = subprocess.run(["node", "run.mjs"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", snippets.FILES)
def test_the_script_prints_it_and_nothing_else(language, tmp_path):
    printed, said = call_script("WriteMetadataToModel.py", "--snippet", language, cwd=tmp_path)
    assert printed == (SNIPPETS / snippets.FILES[language]).read_text() and not said


def test_python_decides_as_the_vector_says():
    for case in json.loads(VECTOR.read_text()):
        rule = decision_rule.DecisionRule(*(case[name] for name in ("rule", "labels", "hop", "length", "independent")))
        assert [rule.decide(row) for row in case["probabilities"]] == case["decisions"]


def test_javascript_decides_as_the_vector_says(tmp_path):
    program = f"""
    const cases = JSON.parse(readFileSync({json.dumps(str(VECTOR))}));
    console.log(JSON.stringify(cases.map((of) => {{
      const rule = new DecisionRule(of.rule, of.labels, of.hop, of.length, of.independent);
      return of.probabilities.map((row) => rule.decide(row));
    }})));
    """
    assert run_node(program, tmp_path) == [case["decisions"] for case in json.loads(VECTOR.read_text())]


SEVERAL = {**json.loads(rule_file.as_bytes(DecisionRule({"a": 0.5, "b": 0.4}), multi_label=True))}


def test_a_rule_that_says_so_reports_several_labels_at_once(tmp_path):
    assert decision_rule.DecisionRule(SEVERAL, ["a", "b"], 1.0, 1.0).decide([0.9, 0.8]) == ["a", "b"]
    program = f"""
    const rule = new DecisionRule({json.dumps(SEVERAL)}, ["a", "b"], 1, 1);
    console.log(JSON.stringify(rule.decide([0.9, 0.8])));
    """
    assert run_node(program, tmp_path) == ["a", "b"]


def test_python_reads_the_rule_out_of_a_model(tmp_path):
    rule, labels = decision_rule.load(made(tmp_path / "a.tflite"))
    assert rule == json.loads(rule_file.as_bytes(RULE)) and len(labels) == 3


def test_javascript_reads_the_rule_out_of_a_model(tmp_path):
    made(tmp_path / "a.tflite")
    program = """
    const bytes = readFileSync("a.tflite");
    const model = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    console.log(JSON.stringify([JSON.parse(fileIn(model, "decision_rule.json")), fileIn(model, "nothing.txt")]));
    """
    assert run_node(program, tmp_path) == [json.loads(rule_file.as_bytes(RULE)), None]


@pytest.mark.parametrize(
    ("compiler", "file", "flags"),
    [("kotlinc", "DecisionRule.kt", ["-d", "out.jar"]), ("swiftc", "DecisionRule.swift", ["-typecheck"])],
)
def test_it_compiles(compiler, file, flags, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed: {file} is not run")
    subprocess.run([compiler, SNIPPETS / file, *flags], cwd=tmp_path, check=True)
