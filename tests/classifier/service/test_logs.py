"""Lines of the log: whole JSON, an id for each request, and no name of a recording unless it is asked for."""

import asyncio
import json
import logging

import pytest

from classifier.service import logs


def line(with_names, **about):
    record = logging.LogRecord("classifier.service", logging.INFO, "a.py", 1, "request", None, about.pop("error", None))
    record.fields = about
    return json.loads(logs.JsonLines(with_names).format(record))


def raised():
    try:
        raise KeyError("holi" + "day.wav")
    except KeyError as error:
        return type(error), error, error.__traceback__


def test_names_are_logged_only_where_they_are_asked_for():
    assert "recording" not in line(False, recording="holiday.wav", status=200)
    assert line(True, recording="holiday.wav\n{}", status=200)["recording"] == "holiday.wav\n{}"


def test_of_an_exception_its_kind_and_place_are_logged_and_its_words_only_on_request():
    for with_names in (False, True):
        told = line(with_names, error=raised())
        assert told["error"] == "KeyError" and any("in raised" in row for row in told["traceback"])
        assert ("holiday" in json.dumps(told)) is with_names


def test_it_is_set_up_to_write_lines_to_standard_error(capsys):
    before = logging.root.handlers[:], logging.root.level, logs.LOGGER.level
    try:
        logs.set_up(logs.ERRORS)
        logs.event("ready")
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=raised())
        assert logs.failure({"request_id": "one"}, raised()[1]) == "one"
        (told,) = map(json.loads, capsys.readouterr().err.splitlines())
        assert (told["event"], told["request"], told["route"]) == ("failure", "one", "none")
        logs.set_up(logs.REQUESTS)
        logs.event("ready", models=2)
        assert json.loads(capsys.readouterr().err)["models"] == 2
    finally:
        logging.root.handlers[:], logging.root.level = before[:2]
        logs.LOGGER.setLevel(before[2])


def answered(caplog, *headers):
    """The headers and the log line of one request."""
    sent = []

    async def app(scope, receive, send):
        logs.note(recording="holiday.wav")
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": list(headers)}
    with caplog.at_level(logging.INFO, logger=logs.LOGGER.name):
        asyncio.run(logs.Logged(app)(scope, None, send))
    return dict(sent[0]["headers"]), caplog.records[-1].fields


def test_a_request_has_an_id_in_its_response_and_in_its_line(caplog):
    headers, fields = answered(caplog)
    assert headers[b"x-request-id"].decode() == fields["request"] and len(fields["request"]) == 32
    assert (fields["status"], fields["route"], fields["recording"]) == (204, "none", "holiday.wav")


@pytest.mark.parametrize(("given", "is_taken"), [("proxy-17", True), ("a b", False), ("x" * 65, False), ('"}', False)])
def test_the_id_of_a_proxy_is_taken_where_it_is_one(given, is_taken, caplog):
    _, fields = answered(caplog, (b"x-request-id", given.encode()))
    assert (fields["request"] == given) is is_taken
