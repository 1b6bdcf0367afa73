import json
import re

from classifier.export.web_app import folder

NOT_OF_THE_PAGE = {f"module/{name}" for name in ("sound-classifier.d.ts", "sound-stream.js", "sound-stream.d.ts")}


def kept(app):
    return json.loads(re.search(r"self\.APP = (.*);", (app / folder.FILES).read_text(), re.S)[1])


def test_the_service_worker_keeps_all_that_the_page_needs_in_one_build_of_litert_js(app):
    found = kept(app)
    there = {path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()}
    builds = {name for names in found["builds"].values() for name in names}
    assert len(builds) == 4 and builds <= there and not builds & set(found["files"])
    left_out = there - builds - set(found["files"])
    assert left_out == {"index.html", "README.txt", "service-worker.js", "files.js", *NOT_OF_THE_PAGE}


def test_another_model_is_another_version(app, tmp_path):
    (tmp_path / "x").write_text("one")
    folder.write_files(tmp_path)
    before = kept(tmp_path)["version"]
    (tmp_path / folder.FILES).unlink()
    (tmp_path / "x").write_text("two")
    folder.write_files(tmp_path)
    assert kept(tmp_path)["version"] != before


def test_every_text_of_the_page_is_there_and_used(app):
    texts = (app / "app" / "texts.js").read_text(encoding="utf-8")
    of_page = set(re.findall(r'data-(?:text|label)="(\w+)"', (app / "index.html").read_text(encoding="utf-8")))
    scripts = "".join(
        path.read_text(encoding="utf-8") for path in (app / "app").glob("*.js") if path.name != "texts.js"
    )
    of_scripts = set(re.findall(r'say\("(\w+)"', scripts))
    known = set(re.findall(r"^  (\w+):", texts, re.M))
    assert of_page | of_scripts <= known
    used = of_page | set(re.findall(r"\"(\w+)\"|texts\.(\w+)", scripts) and re.findall(r"\w+", scripts))
    assert known <= used


def test_every_error_of_the_module_has_a_text(app):
    texts = (app / "app" / "texts.js").read_text(encoding="utf-8")
    known = set(re.findall(r'^    "?([\w-]+)"?:', texts, re.M))
    thrown = set()
    of_page = [path for path in (app / "module").glob("*.js") if path.name != "sound-stream.js"]
    for path in [*of_page, *(app / "app").glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        thrown |= set(re.findall(r'(?:ModelError|RecordingError)\("([\w-]+)"', text)) | set(
            re.findall(r'code: "(\w+)"', text)
        )
    assert len(thrown) > 12 and thrown <= known
