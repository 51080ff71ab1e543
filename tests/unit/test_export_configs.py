"""A policy as a Python module that runs, and as a LiteLLM config that loads."""

import importlib.util
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest

from analyzer.export.litellm import to_litellm
from analyzer.export.python import to_python
from analyzer.lever import Context
from analyzer.levers import routing
from analyzer.policy import parse_policy
from analyzer.pricing.book import open_book

POLICY = r"""
name = "cascade\nimport os; os.abort()"
[[routing]]
feature = "chat*"
score = "length"
tiers = [
  { model = "small", accept = 0.8, max_output_tokens = 64 },
  { model = "middle", accept = 0.9 },
  { model = "large", max_output_tokens = 512 },
]
[[model_selection]]
feature = "other"
from = "gpt-4o*"
to = "small"
[[caching]]
feature = "chat*"
ttl_seconds = 60
scope = "user"
[[caching]]
feature = "other"
ttl_seconds = 60
refresh = true
coalesce = true
[[compression]]
feature = "other"
compressor = "small"
ratio = 0.5
"""


def policy(text=POLICY):
    return parse_policy(text.encode(), "p.toml")


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "llm_policy.py"
    path.write_text(to_python(policy()))
    spec = importlib.util.spec_from_file_location("llm_policy", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("chars", [0, 4, 5, 159, 160, 179, 180, 200, 900])
def test_the_module_accepts_what_the_replay_accepts(module, chars):
    rule = policy().rules["routing"][0]
    frame = pl.DataFrame({"response_chars": [chars]})
    tier = routing.decide(frame, rule, Context((), {}, {}, pl.DataFrame()))["last_tier"][0]
    model, _ = module.answer("chat eu", "gpt-4o", lambda model, most: "x" * chars)
    assert model == rule.tiers[tier].model


def test_an_error_of_a_tier_escalates_and_an_error_of_the_last_is_raised(module):
    def call(model, most):
        if model != "large":
            raise TimeoutError(model)
        return f"{model} {most}"

    assert module.answer("chat", "gpt-4o", call) == ("large", "large 512")
    with pytest.raises(TimeoutError):
        module.answer("other", "gpt-4o", call)


def test_selection_looks_at_feature_and_model(module):
    assert module.model_for("other", "openai/gpt-4o-mini") == "small"
    assert module.model_for("other", "claude") == "claude"
    assert module.model_for("elsewhere", "gpt-4o") == "gpt-4o"


def test_an_answer_lives_to_its_ttl_and_a_use_extends_it_where_the_rule_says_so(module):
    cache = module.Cache()
    cache.put("chat", "a", 0)
    cache.put("other", "b", 0)
    assert (cache.get("chat", "chat", 59.9), cache.get("other", "other", 59.9)) == ("a", "b")
    assert (cache.get("chat", "chat", 60), cache.get("other", "other", 60)) == (None, "b")


def test_a_key_holds_every_parameter_and_its_user(module):
    def key(user="u", **more):
        request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **more}
        return module.cache_key("chat", request["model"], request, user)

    keys = [key(), key("v"), key(temperature=0), key(tools=[]), key(model="n")]
    assert len(set(keys)) == len(keys)
    assert key() == key()
    assert key(user="") is None


class FakeServer(BaseHTTPRequestHandler):
    """Speaks as much of OpenAI's API as a chat completion takes: ``small`` answers too short."""

    calls: list = []  # noqa: RUF012 - one server, one test

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.calls.append((body["model"], body.get("max_tokens")))
        text = "no" if body["model"] == "small" else "a" * 190
        answer = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words):
        pass


@pytest.fixture
def server():
    FakeServer.calls.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeServer) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/v1/chat/completions"
        running.shutdown()
        thread.join()


def test_against_a_server_the_cascade_pays_each_tier_once_and_then_the_cache_answers(
    module, server
):
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}

    def call(model, most):
        body = json.dumps({**request, "model": model, "max_tokens": most}).encode()
        with urllib.request.urlopen(urllib.request.Request(server, body)) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]

    cache, now = module.Cache(), [0.0]
    for moment in (0.0, 59.0, 61.0):
        now[0] = moment
        text = module.serve("chat", request, call, cache, lambda: now[0], user="u")
        assert text == "a" * 190
    assert FakeServer.calls == [("small", 64), ("middle", None)] * 2


def test_what_the_module_cannot_do_is_said_and_a_name_stays_a_comment():
    source = to_python(policy())
    assert "compression of other: keep 0.5" in source
    assert "caching of other: coalesce" in source
    assert source.splitlines()[0].endswith("cascade import os; os.abort().")


@pytest.mark.filterwarnings("ignore")
def test_the_config_loads_in_litellm(monkeypatch):
    """The package is the extra rebill[litellm]: nothing else here needs it."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm
    import yaml

    features = ["chat", 'chat "x": [y]\n- z', "other"]
    config = yaml.safe_load(to_litellm(policy(), open_book(), features))
    router = litellm.Router(model_list=config["model_list"], **config["router_settings"])
    names = {entry["model_name"] for entry in router.get_model_list()}
    assert names >= {*features, "chat-tier-1"}
    assert router.fallbacks[0] == {"chat-tier-1": ["chat-tier-2", "chat-tier-3"]}
    cache = litellm.Cache(**config["litellm_settings"]["cache_params"])
    assert (cache.ttl, cache.mode) == (60, "default_off")
    assert config["general_settings"] == {"master_key": "os.environ/LITELLM_MASTER_KEY"}


@pytest.mark.filterwarnings("ignore")
def test_a_group_of_the_config_calls_its_model_through_litellm(monkeypatch, server):
    """A real call over loopback: the proxy's router, an endpoint that speaks OpenAI's API."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    monkeypatch.setenv("CUSTOM_API_BASE", server.removesuffix("/chat/completions"))
    monkeypatch.setenv("CUSTOM_API_KEY", "sk-not-a-key")
    import litellm
    import yaml

    config = yaml.safe_load(to_litellm(policy(), open_book(), ["chat"]))
    router = litellm.Router(model_list=config["model_list"], **config["router_settings"])
    for group, model, most in (("chat-tier-1", "small", 64), ("chat", "large", 512)):
        FakeServer.calls.clear()
        hello = [{"role": "user", "content": "hi"}]
        router.completion(model=group, messages=hello)
        assert FakeServer.calls == [(model, most)]


def test_the_config_says_what_a_proxy_cannot_do():
    text = to_litellm(policy(), open_book(), ["chat", "other"])
    for said in (
        "# - routing of chat*: a proxy does not judge answers",
        "# - model_selection of other: gpt-4o* becomes small",
        "# - compression of other",
        "# - caching of other: refresh",
        "# - caching of other: coalesce",
        "# - caching of chat*: scope user",
    ):
        assert said in text
    assert 'model: "openai/small"' in text
