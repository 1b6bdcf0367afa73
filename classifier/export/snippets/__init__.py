"""Programs that apply a model's decision rule in an app, to copy: one file per language."""

from pathlib import Path

FILES = {
    "python": "decision_rule.py",
    "javascript": "decision_rule.js",
    "kotlin": "DecisionRule.kt",
    "swift": "DecisionRule.swift",
}


def text(language: str) -> str:
    """The program in one of the languages of FILES."""
    return (Path(__file__).parent / FILES[language]).read_text(encoding="utf-8")
