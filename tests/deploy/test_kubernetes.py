"""deploy/kubernetes: what the manifests name exists, Kubernetes takes it, and it agrees with docker-compose.yml."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import kubernetes_validate
import msgspec
import pytest
import yaml
from click.testing import CliRunner

from segpulse.cli import cli
from streams import settings
from streams.kpis.catalogue import catalogue
from tests.deploy.test_compose import OURS
from tests.documents import DEPLOYMENT, names, table
from tests.servers import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
MANIFESTS: list[dict[str, Any]] = [
    manifest
    for name in KUSTOMIZATION["resources"]
    for manifest in yaml.safe_load_all((FOLDER / name).read_text("utf-8"))
]
PODS = {m["metadata"]["name"]: m["spec"]["template"] for m in MANIFESTS if "template" in m["spec"]}
CONTAINERS = {name: pod["spec"]["containers"][0] for name, pod in PODS.items()}
TOML = FOLDER / "segpulse.toml"
NO_SETTINGS = {"APP_DATADIR", "SEGPULSE_CONFIG", "SEGPULSE_BOARD_TOKEN"}
VERSION = "1.34"


def named(kind: str) -> dict[str, dict[str, Any]]:
    return {m["metadata"]["name"]: m for m in MANIFESTS if m["kind"] == kind}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
def test_kubernetes_takes_it(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_kustomize_makes_the_same_of_it_with_names_that_exist() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl, which Debian has not")  # the other tests look at the same files
    made = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True, check=True).stdout
    manifests = list(yaml.safe_load_all(made))
    (config,) = (m for m in manifests if m["kind"] == "ConfigMap")
    assert config["data"] == {"segpulse.toml": TOML.read_text("utf-8")}
    pods = [m["spec"]["template"] for m in manifests if "template" in m.get("spec", {})]
    assert len(pods) == len(PODS)
    for pod in pods:
        (settings_volume,) = (v for v in pod["spec"]["volumes"] if "configMap" in v)
        assert settings_volume["configMap"]["name"] == config["metadata"]["name"]
        assert pod["metadata"]["labels"]["app.kubernetes.io/part-of"] == "segpulse"


def test_the_settings_load() -> None:
    secret = {"SEGPULSE_KAFKA_PASSWORD": "s3cret", "SEGPULSE_REDIS_URL": "rediss://u:p@redis:6379/0"}
    chosen = settings.load(TOML, secret)
    catalogue(chosen)
    assert named("StatefulSet")["segpulse-worker"]["spec"]["replicas"] <= chosen.kafka.partitions
    visitors = named("Deployment")["segpulse-consume-visitors"]
    assert bool(visitors["spec"]["replicas"]) == chosen.visitors.publish
    hosts = [getattr(chosen, name).host for name in ("worker", "prometheus", "board", "alerts", "ingest")]
    assert {*hosts, chosen.redis.health_host, chosen.visitors.health_host} == {
        "0.0.0.0"
    }  # probes come from outside of the pod


def test_everything_that_compose_runs_runs_here_too() -> None:
    commands = {tuple(service["command"]) for service in OURS.values() if service["command"] != ["topics", "create"]}
    assert {tuple(container["args"]) for container in CONTAINERS.values()} == commands


@pytest.mark.parametrize("name", CONTAINERS)
def test_image_command_and_variables_exist(name: str) -> None:
    container = CONTAINERS[name]
    (image,) = KUSTOMIZATION["images"]
    assert container["image"] == f"{image['name']}:{image['newTag']}"
    assert {service["image"] for service in OURS.values()} == {container["image"]}
    assert CliRunner().invoke(cli, [*container["args"], "--help"]).exit_code == 0
    offered = set(re.findall(r"^(\w+)=$", (FOLDER / "segpulse.env.example").read_text("utf-8"), re.MULTILINE))
    for variable in container["env"]:
        if "valueFrom" in variable:
            source = variable["valueFrom"]["secretKeyRef"]
            assert (source["name"], source["key"]) == ("segpulse", variable["name"])
            assert variable["name"] in offered
        assert variable["name"] in NO_SETTINGS or is_setting(variable["name"]), variable["name"]


def is_setting(variable: str) -> bool:
    sections = {field.name: field.type for field in msgspec.structs.fields(settings.Settings)}
    _, section, key = variable.lower().split("_", 2)
    return key in {field.name for field in msgspec.structs.fields(sections[section])}


def test_secrets_that_are_offered_are_used() -> None:
    offered = set(re.findall(r"^(\w+)=$", (FOLDER / "segpulse.env.example").read_text("utf-8"), re.MULTILINE))
    asked = {v["name"] for container in CONTAINERS.values() for v in container["env"] if "valueFrom" in v}
    assert asked == offered


@pytest.mark.parametrize("name", CONTAINERS)
def test_ports_are_those_of_the_settings_and_probes_ask_for_what_is_served(name: str) -> None:
    container = CONTAINERS[name]
    (port,) = container["ports"]
    rows = {names(pod)[0]: (int(number), names(key)[0]) for pod, number, key in table(DEPLOYMENT, "Pod")}
    number, key = rows[name]
    section, _, key = key.partition(".")
    assert port["containerPort"] == number == getattr(getattr(settings.load(TOML, {}), section), key)
    for probe, path in (("startupProbe", "/live"), ("livenessProbe", "/live"), ("readinessProbe", "/ready")):
        assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}  # tests/test_serving.py asks them
    (service,) = named("Service")[name]["spec"]["ports"]
    assert (service["port"], service["targetPort"]) == (number, port["name"])


@pytest.mark.parametrize("name", PODS)
def test_pods_may_do_nothing_but_their_work(name: str) -> None:
    pod, container = PODS[name]["spec"], CONTAINERS[name]
    user = re.search(r"--uid (\d+)", (ROOT / "Dockerfile").read_text("utf-8"))
    assert user is not None
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == int(user[1])
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    # Kubernetes would set SEGPULSE_WORKER_PORT to tcp://… for a service of that name.
    assert pod["enableServiceLinks"] is False
    assert "memory" in container["resources"]["limits"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


def test_selectors_select_and_one_worker_goes_at_a_time() -> None:
    for kind in ("StatefulSet", "Deployment", "PodDisruptionBudget"):
        for name, manifest in named(kind).items():
            wanted = manifest["spec"]["selector"]["matchLabels"]
            assert wanted.items() <= PODS[name]["metadata"]["labels"].items()
    for name, service in named("Service").items():
        assert service["spec"]["selector"].items() <= PODS[name]["metadata"]["labels"].items()
    assert named("PodDisruptionBudget")["segpulse-worker"]["spec"]["maxUnavailable"] == 1
    assert named("StatefulSet")["segpulse-worker"]["spec"]["serviceName"] in named("Service")
    # Two would each think that they know which pages are open.
    assert named("Deployment")["segpulse-consume-alerts"]["spec"]["strategy"] == {"type": "Recreate"}


def test_prometheus_finds_the_pods_under_the_names_that_the_rules_go_by() -> None:
    deploy = ROOT / "deploy" / "prometheus"
    (job,) = yaml.safe_load((deploy / "kubernetes.yml").read_text("utf-8"))["scrape_configs"]
    *_, of_name, of_scores = job["relabel_configs"]
    jobs = set()
    for name, container in CONTAINERS.items():
        if container["ports"][0]["name"] == "metrics":
            found = re.fullmatch(of_name["regex"], name)
            assert found is not None
            called = of_name["replacement"].replace("$1", found[1])
            jobs.add(of_scores["replacement"] if re.fullmatch(of_scores["regex"], called) else called)
    static = yaml.safe_load((deploy / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    assert jobs == {each["job_name"] for each in static}
    assert json.dumps(job).count("app_kubernetes_io_part_of") == 1
