"""A configuration is right, or all that is wrong with it is said at once."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from mailbot.config import SECTIONS, load_config
from mailbot.errors import ConfigurationInvalid
from mailbot.settings import Config

ROOT = Path(__file__).resolve().parents[2]
MINIMAL = """
[imap]
host = "127.0.0.1"
port = 1143
security = "none"
username = "boite@incert.test"
password_env = "BOX_PASSWORD"
[smtp]
host = "localhost"
port = 1025
security = "none"
"""


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_PASSWORD", "very secret")


def config(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def problems(tmp_path: Path, text: str) -> dict[str, str]:
    """Key -> the whole line that says what is wrong."""
    with pytest.raises(ConfigurationInvalid) as caught:
        config(tmp_path, text)
    assert caught.value.exit_code == 2
    return {problem.key: str(problem) for problem in caught.value.problems}


def test_little_is_enough_and_the_rest_has_defaults(tmp_path: Path) -> None:
    found = config(tmp_path, MINIMAL)
    assert found.imap.folder == "INBOX"
    assert found.smtp.address == "boite@incert.test"
    assert found.store.url == f"sqlite:///{tmp_path}/var/mailbot.db"
    assert found.automation.mode == "auto"
    assert found.automation.min_confidence == 0.95
    assert found.automation.settle_minutes == 10
    assert found.on_loopback


def test_every_key_of_the_contract_is_taken(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("x\n")
    (tmp_path / "ca").mkdir()
    (tmp_path / "v1.csv").touch()
    found = config(
        tmp_path,
        """
[imap]
host = "imap.incert.test"
port = 993
security = "tls"
auth = "password"
username = "boite"
password_file = "pw"
folder = "INBOX"
processed_folder = "Traités"
sent_folder = "Sent"
poll_seconds = 1
answer_from = "2025-04-01T00:00:00+02:00"
[smtp]
host = "smtp.incert.test"
port = 587
security = "starttls"
auth = "password"
username = "boite"
password_file = "pw"
from = "boite@incert.test"
save_sent = "append"
[store]
url = "postgresql+psycopg://mailbot@/mailbot?host=/run/postgresql"
archive = "mails"
[parties]
aes_domains = ["esante.test"]
aes_address = "aes@esante.test"
incert_address = "equipe@incert.test"
helpdesk_address = "aide@incert.test"
[web]
listen = "127.0.0.1:8080"
[automation]
mode = "approve"
min_confidence = 0.9
settle_minutes = 0
[automation.templates]
accuse_reception = "auto"
[documents]
technical_dir = "tech"
vague1_csv = "v1.csv"
[trust]
authserv_id = "mx.incert.test"
require_authentication = true
certificates = ["ca"]
""",
    )
    assert found.store.archive == tmp_path / "mails"
    assert found.documents.technical_dir == tmp_path / "tech"
    assert found.automation.mode_of("accuse_reception") == "auto"
    assert found.automation.mode_of("delai_depasse") == "approve"
    assert not found.on_loopback
    assert found.imap.answer_from == datetime(2025, 3, 31, 22, tzinfo=UTC)
    password = found.imap.password()
    assert password is not None
    assert password.get_secret_value() == "x"


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        """
zorg = 1
[imapp]
[imap]
hots = "x"
port = 99999
security = "ssl"
[web]
listen = "here"
[store]
url = "nonsense"
[trust]
certificates = ["nowhere"]
""",
    )
    assert set(said) == {
        "zorg",
        "imapp",
        "imap.hots",
        "imap.username",
        "imap.port",
        "imap.security",
        "web.listen",
        "store.url",
        "trust.certificates",
        "smtp.from",
    }
    for key, line in said.items():
        assert line.startswith(f"{tmp_path}/config.toml: {key}: ")


def test_what_lacks_is_said_together_with_what_is_wrong(tmp_path: Path) -> None:
    wrong = MINIMAL.replace('username = "boite@incert.test"', 'pol_seconds = "often"')
    wrong = wrong.replace('host = "localhost"', 'host = "smtp.example.lu"\nsave_sent = "yes"')
    assert set(problems(tmp_path, wrong)) == {
        "imap.pol_seconds",
        "imap.username",
        "smtp.save_sent",
        "smtp.security",
        "smtp.from",
    }
    misspelt = MINIMAL.replace("username", "usrname")
    assert set(problems(tmp_path, misspelt)) == {"imap.usrname", "smtp.from"}, "not twice"


@pytest.mark.parametrize(
    ("table", "key", "nearest"),
    [
        ("imap", "pol_seconds", "imap.poll_seconds"),
        ("imap", "password", "imap.password_env"),
        ("smtp", "form", "smtp.from"),
        ("store", "settle_minutes", "automation.settle_minutes"),
        ("trust", "authserv", "trust.authserv_id"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(
    tmp_path: Path, table: str, key: str, nearest: str
) -> None:
    text = MINIMAL if f"[{table}]" in MINIMAL else MINIMAL + f"[{table}]\n"
    text = text.replace(f"[{table}]\n", f'[{table}]\n{key} = "geheim"\n')
    [line] = problems(tmp_path, text).values()
    assert f"{table}.{key}: no such key (did you mean {nearest}?)" in line
    assert "geheim" not in line  # it might be a password


def test_a_key_outside_of_its_table_is_sent_there(tmp_path: Path) -> None:
    [line] = problems(tmp_path, "poll_seconds = 3\n" + MINIMAL).values()
    assert "did you mean imap.poll_seconds?" in line


@pytest.mark.parametrize(
    ("template", "kinds", "mode"),
    [
        ("raccordement_recu", ("formulaire_4",), "auto"),
        ("raccordement_recu", ("formulaire_4", "bon_de_livraison"), "approve"),  # the note has no mode
        ("raccordement_recu", ("bon_de_livraison",), "approve"),
        ("elements_manquants", ("formulaire_4",), "shadow"),
        ("elements_manquants", (), "shadow"),
        ("accuse_reception", ("formulaire_2",), "approve"),
        ("accuse_reception", ("formulaire_1",), "shadow"),
    ],
)
def test_a_mode_by_template_and_by_kind_of_document(
    tmp_path: Path, template: str, kinds: tuple[str, ...], mode: str
) -> None:
    text = """
[automation]
mode = "approve"
[automation.templates]
elements_manquants = "shadow"
[automation.kinds]
formulaire_4 = "auto"
formulaire_1 = "shadow"
"""
    assert config(tmp_path, MINIMAL + text).automation.mode_of(template, kinds) == mode


def test_a_kind_that_there_is_not_is_told(tmp_path: Path) -> None:
    [line] = problems(tmp_path, MINIMAL + '[automation.kinds]\nformulaire4 = "auto"').values()
    assert "automation.kinds.formulaire4: no such kind (did you mean formulaire_4?)" in line


def test_an_unknown_template_names_the_nearest_known_one(tmp_path: Path) -> None:
    [line] = problems(tmp_path, MINIMAL + '[automation.templates]\naccuse = "auto"').values()
    assert "automation.templates.accuse: no such template (did you mean accuse_reception?)" in line


@pytest.mark.parametrize(
    "text",
    [
        '[automation]\nmode = "shadow"\n[automation.templates]\naccuse_reception = "auto"',
        '[automation]\nmode = "shadow"\naccuse_reception = "auto"',
        '[automation.mode]\ndefault = "shadow"\naccuse_reception = "auto"',
    ],
)
def test_a_mode_per_template_may_be_written_in_three_ways(tmp_path: Path, text: str) -> None:
    automation = config(tmp_path, MINIMAL + text).automation
    assert (automation.mode, automation.templates) == ("shadow", {"accuse_reception": "auto"})


@pytest.mark.parametrize("host", ["imap.incert.test", "10.0.0.1", "127.0.0.1.incert.test"])
def test_no_encryption_is_for_this_machine_only(tmp_path: Path, host: str) -> None:
    said = problems(tmp_path, MINIMAL.replace("127.0.0.1", host))
    assert list(said) == ["imap.security"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_has_many_names(tmp_path: Path, host: str) -> None:
    assert config(tmp_path, MINIMAL.replace('"127.0.0.1"', f'"{host}"')).on_loopback


def test_a_password_that_cannot_be_had_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOX_PASSWORD")
    assert "BOX_PASSWORD is not" in problems(tmp_path, MINIMAL)["imap.password_env"]
    by_file = MINIMAL.replace('password_env = "BOX_PASSWORD"', 'password_file = "nowhere"')
    assert "nowhere" in problems(tmp_path, by_file)["imap.password_file"]
    without = MINIMAL.replace('password_env = "BOX_PASSWORD"\n', "")
    assert "imap.password_file" in problems(tmp_path, without)


def test_a_command_that_talks_to_no_server_needs_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOX_PASSWORD")
    path = tmp_path / "config.toml"
    path.write_text(MINIMAL)
    assert load_config(path, check_secrets=False).imap.username == "boite@incert.test"


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    found = config(tmp_path, MINIMAL + '[store]\nurl = "postgresql+psycopg://m:hunter2@localhost/m"')
    assert found.store.url.endswith("m:hunter2@localhost/m")
    assert "hunter2" not in repr(found)
    assert "very secret" not in repr(found) + repr(found.imap.password())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-04-01T00:00:00+02:00", datetime(2025, 3, 31, 22, tzinfo=UTC)),
        ("2025-04-01T00:00:00Z", datetime(2025, 4, 1, tzinfo=UTC)),
        ("2025-04-01T00:00:00", datetime(2025, 3, 31, 22, tzinfo=UTC)),  # Luxembourg's time
        ("2025-04-01", datetime(2025, 3, 31, 22, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_an_instant_may_be_written_in_several_ways(
    tmp_path: Path, written: str, meant: datetime, quote: str
) -> None:
    text = MINIMAL.replace("[smtp]", f"answer_from = {quote}{written}{quote}\n[smtp]")
    assert config(tmp_path, text).imap.answer_from == meant


def test_tokens_need_to_come_from_somewhere(tmp_path: Path) -> None:
    by_token = MINIMAL.replace('password_env = "BOX_PASSWORD"', 'auth = "xoauth2"')
    assert set(problems(tmp_path, by_token)) == {"oauth.tenant", "oauth.client_id"}
    given = config(tmp_path, by_token + '[oauth]\ntoken_env = "BOX_PASSWORD"')
    assert given.oauth.given_token


def test_a_night_may_lack_the_hour_of_the_reminders(tmp_path: Path) -> None:
    assert "reminders.time" in problems(tmp_path, MINIMAL + '[reminders]\ntime = "02:30"')
    assert "reminders.time" in problems(tmp_path, MINIMAL + '[reminders]\ntime = "25:00"')


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"[imap", "expected TOML"), (b'[imap]\nhost = "\xff"', "expected TOML")],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationInvalid, match=words) as caught:
        load_config(path)
    assert str(path) in str(caught.value)


def test_the_readers_are_told_their_limits(tmp_path: Path) -> None:
    options = config(tmp_path, MINIMAL + "[reading]\nmax_pages = 7\nocr = false").read_options(
        date(2025, 6, 2)
    )
    assert (options.max_pages, options.ocr, options.as_of) == (7, False, date(2025, 6, 2))


# The example that `mailbot init` brings along


def test_the_example_is_the_same_in_the_package() -> None:
    packaged = files("mailbot").joinpath("config.example.toml").read_text("utf-8")
    assert packaged == (ROOT / "config.toml").read_text("utf-8")


def test_the_example_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_PASSWORD", "x")
    assert config(tmp_path, (ROOT / "config.toml").read_text("utf-8")).imap.security == "tls"


def test_the_example_shows_every_key_and_says_its_default() -> None:
    """Commented lines are examples or defaults; where a key has a plain default, they must agree."""
    text = (ROOT / "config.toml").read_text("utf-8")
    shown: dict[str, dict[str, Any]] = {}
    table = ""
    for line in text.splitlines():
        if header := re.match(r"\[(\w+)[\].]", line):
            table = header[1]
        elif found := re.match(r"(?:# )?([a-z0-9_]+ = .+)", line):
            shown.setdefault(table, {}).update(tomllib.loads(found[1]))
    not_shown = {
        "smtp": {"password_file"},
        "imap": {"password_file"},
        "oauth": {"authority", "client_secret_env", "token_file", "token_env", "scopes"},
        "automation": {"templates", "kinds"},
        "oidc": {"client_secret_env"},
        "secrets": {"reference_key_env"},
    }
    for name, model in SECTIONS.items():
        keys = {info.alias or key for key, info in model.model_fields.items()}
        assert keys - not_shown.get(name, set()) <= set(shown[name]), name
    for name, key in [("automation", "settle_minutes"), ("reading", "seconds"), ("reading", "max_bytes")]:
        assert shown[name][key] == SECTIONS[name].model_fields[key].default
