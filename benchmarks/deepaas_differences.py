"""What differs on purpose between DEEPaaS and this service, and why: docs/reference/deepaas.md is made of it."""

DIFFERENCES = {  # (request, what of it): why
    ("GET /", "content type"): "it is the page; who accepts JSON and no page gets the versions, as there",
    ("document: GET /v2/debug/", "kinds"): "nothing is ever written there",
    ("document: GET /v2/debug/", "codes"): "nothing is ever written there: it is always 204",
    ("document: GET /", "codes"): "it is never 400",
    ("HEAD /v2/", "status"): "HEAD is answered as GET, without the body",
    ("HEAD /swagger.json", "status"): "HEAD is answered as GET, without the body",
    ("GET /v2", "status"): "307 in place of 308: browsers keep a permanent redirect for ever",
    ("GET /ui", "status"): "307 in place of 302: both lead to the documentation",
    ("GET /api", "status"): "a redirect to /docs, where the pages of Swagger are",
    ("GET /v2/models/none/", "content type"): "an error is JSON with a message",
    ("GET .../train/none", "content type"): "an error is JSON with a message",
    ("DELETE .../train/none", "content type"): "an error is JSON with a message",
    ("PUT /v2/models/", "content type"): "an error is JSON with a message",
    ("POST .../predict/ of nothing", "status"): "there it is the model that says so, as an answer; here it is 422",
    ("POST .../predict/ of nothing", "keys"): "there it is the model that says so, as an answer; here it is 422",
    ("POST .../predict/?nosuch=1", "status"): "an unknown argument is refused with the nearest name",
    ("POST .../predict/?nosuch=1", "keys"): "an unknown argument is refused with the nearest name",
    ("POST .../predict/, image/png", "status"): "406 is HTTP's code for it",
    ("POST .../predict/, image/png", "keys"): "an error says status and message, as DEEPaaS documents it",
    ("POST .../train/?epochs=x", "keys"): "an error says status and message, as DEEPaaS documents it",
    ("DELETE .../train/UUID", "status"): "DEEPaaS 2.6 on Python 3.11 answers 500 when it cancels a training",
    ("DELETE .../train/UUID", "content type"): "DEEPaaS 2.6 on Python 3.11 answers 500 when it cancels a training",
    ("POST .../train/", "status"): "201: a training was made, and waits for its turn",
}
ALSO = (  # what no comparison of requests shows
    "`status` of a training is also `waiting` and `interrupted`: trainings wait for each other and outlive the server.",
    "DELETE cancels a training and keeps its work, so that it can go on; a second one forgets it.",
    "Dates are ISO 8601 in UTC, as the document of DEEPaaS says and its answers do not; `duration` is seconds.",
    "Changes need a token where other machines reach the server.",
    "`/v2/debug/` is always empty: the log says more, and not to strangers.",
    "`labels_info` is empty: labels here have no text beside them. Nothing is fetched from the addresses in `links`.",
    "The arguments of deephdc's trainings are taken where they ask for what is done here anyway, and refused with the "
    "reason where not: schedules are the recipe's, for example. `epochs`, `initial_lr`, `batch_size` and "
    "`dataset_directory` are as there.",
    "`timestamp` names a trained model here; `ckpt_name` may be `final_model.h5`, which means the one that ships.",
    "A trained model's name will do where an architecture is asked for: a client has one name for both.",
)
