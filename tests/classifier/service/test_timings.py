"""Histograms of waiting, decoding and classifying."""

import time

from prometheus_client import CollectorRegistry

from classifier.service.timings import Stages, Timings


def test_each_stage_of_a_recording_is_counted():
    registry = CollectorRegistry()
    stages = Stages(began=time.monotonic())
    with stages.stage("decode"):
        pass
    with stages.stage("inference"):
        pass
    Timings(registry).observe(stages.began - 3, stages)
    assert registry.get_sample_value("queue_seconds_sum") == 3
    for name in ("queue", "decode", "inference"):
        assert registry.get_sample_value(f"{name}_seconds_count") == 1
    assert registry.get_sample_value("queue_seconds_bucket", {"le": "2.5"}) == 0
