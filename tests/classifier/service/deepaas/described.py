"""What DEEPaaS 2.6 has and answers, in our own words, for a model `mel`: held against this service.

`python -m benchmarks.deepaas` compares with a DEEPaaS that runs.
"""

TRAIN, RUN, PREDICT = "/v2/models/mel/train/", "/v2/models/mel/train/{uuid}", "/v2/models/mel/predict/"
OPERATIONS = {  # (verb, path): names of the arguments
    ("get", "/"): set(),
    ("get", "/v2/"): set(),
    ("get", "/v2/debug/"): set(),
    ("get", "/v2/models/"): set(),
    ("get", "/v2/models/mel/"): set(),
    ("post", PREDICT): {"data", "urls", "accept", "timestamp", "ckpt_name"},  # as deephdc's audio classifier has it
    ("get", TRAIN): set(),
    ("post", TRAIN): {
        *("base_directory", "dataset_directory", "num_classes", "files_to_PCM", "compute_embeddings", "mode"),
        *("initial_lr", "batch_size", "epochs", "ckpt_freq", "lr_schedule_mode", "lr_step_decay", "lr_step_schedule"),
        *("l2_reg", "use_validation", "use_early_stopping", "use_multiprocessing", "use_tensorboard", "use_remote"),
    },
    ("get", RUN): {"uuid"},
    ("delete", RUN): {"uuid"},
}
ANSWERS = {  # path of a GET: keys of its answer
    "/": {"versions", "links"},
    "/v2/": {"version", "id", "links"},
    "/v2/models/": {"models"},
    "/v2/models/mel/": {"id", "name", "description", "links"},
}
PREDICTION = {"title", "labels", "probabilities", "labels_info", "links"}
OF_RUN = {"uuid", "date", "args", "status"}
