"""Settings: where they come from, which are refused and how, and that secrets stay secret."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from workers.config import Settings, SettingsError, load, load_settings, settings_reference, shown
from workers.config.loading import Origin

PLANTED = "pl4nted-s3cret"
SASL = {
    "POON_KAFKA__BOOTSTRAP_SERVERS": "kafka:9092",
    "POON_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
    "POON_KAFKA__SASL_USERNAME": "fleet",
    "POON_KAFKA__SASL_PASSWORD": PLANTED,
}


def problems(environ: dict[str, str], cwd: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    return [str(problem) for problem in caught.value.problems]


def write_file(folder: Path, text: str) -> None:
    (folder / "poon.toml").write_text(text, encoding="utf-8")


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)

    assert settings == Settings()
    assert settings.is_embedded


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    write_file(tmp_path, '[defaults]\nowner = "anong"\ntenant = "acme"\n')

    loaded = load({"POON_DEFAULTS__OWNER": "ben"}, tmp_path)

    assert loaded.settings.defaults.owner == "ben"
    assert loaded.settings.defaults.tenant == "acme"
    assert loaded.origins["defaults.owner"] is Origin.ENVIRONMENT
    assert loaded.origins["defaults.tenant"] is Origin.FILE
    assert loaded.origins["kafka.group_id"] is Origin.DEFAULT


def test_a_nested_group_is_read_from_environment_and_file(tmp_path: Path) -> None:
    write_file(tmp_path, "[runtime.retry]\nattempts = 7\n")

    retry = load_settings({"POON_RUNTIME__RETRY__MAX_DELAY_SECONDS": "60"}, tmp_path).runtime.retry

    assert (retry.attempts, retry.max_delay_seconds) == (7, 60.0)


def test_the_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('data_dir = "there"\n')

    assert load_settings({"POON_CONFIG_FILE": "other.toml"}, tmp_path).data_dir == Path("there")


def test_a_named_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert problems({"POON_CONFIG_FILE": "no.toml"}, tmp_path) == [
        "POON_CONFIG_FILE: there is no file no.toml; correct the path or unset it"
    ]


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    write_file(tmp_path, "[kafka\n")

    assert "is no TOML" in problems({}, tmp_path)[0]
    assert "line 1" in problems({}, tmp_path)[0]


def test_an_empty_variable_is_not_given(tmp_path: Path) -> None:
    assert load_settings({"POON_KAFKA__SASL_PASSWORD": " "}, tmp_path).kafka.sasl_password is None


def test_variables_of_others_and_of_the_tests_are_left_alone(tmp_path: Path) -> None:
    assert load_settings({"KAFKA": "x", "POON_TEST_KAFKA_URL": "x"}, tmp_path) == Settings()


def test_a_list_is_written_with_commas(tmp_path: Path) -> None:
    assert load_settings({"POON_RUNTIME__AREAS": "texts, spending,texts"}, tmp_path).runtime.areas == (
        "texts",
        "spending",
    )


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("POON_KAFKA__SASL_PASSWRD", "POON_KAFKA__SASL_PASSWORD"),
        ("POON_KAFKA_BOOTSTRAP_SERVERS", "POON_KAFKA__BOOTSTRAP_SERVERS"),
        ("POON_CONFIGFILE", "POON_CONFIG_FILE"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(name: str, suggestion: str, tmp_path: Path) -> None:
    assert problems({name: "x"}, tmp_path) == [f"{name}: there is no such setting; did you mean {suggestion}?"]


def test_an_unknown_setting_in_the_file_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    write_file(tmp_path, "[kafka]\ngroupid = 'x'\n[wholly]\nother = 1\n")

    first, second = problems({}, tmp_path)

    assert first == "kafka.groupid in poon.toml: there is no such setting; did you mean kafka.group_id?"
    assert second.startswith("wholly.other in poon.toml: there is no such setting; remove it")


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems({"POON_NONSENSE": "1", "POON_KAFKA__MAX_POLL_RECORDS": "0"}, tmp_path)) == 2


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("POON_KAFKA__MAX_POLL_RECORDS", "many", "valid integer"),
        ("POON_KAFKA__MAX_POLL_RECORDS", "0", "greater than or equal to 1"),
        ("POON_KAFKA__BOOTSTRAP_SERVERS", "kafka", "'kafka' is no host:port"),
        ("POON_KAFKA__COMPRESSION", "brotli", "'none', 'gzip', 'lz4' or 'zstd'"),
        ("POON_KAFKA__SECURITY_PROTOCOL", "TLS", "'PLAINTEXT'"),
        ("POON_RUNTIME__AREAS", "texts,foo", "unknown area 'foo'"),
        ("POON_RUNTIME__AREAS", ",", "no area is named"),
        ("POON_RUNTIME__RESUME_AT", "1", "less than 1"),
        ("POON_RUNTIME__DRAIN_TIMEOUT_SECONDS", "nan", "finite"),
        ("POON_DATABASE__URL", "mysql://h/x", "must start with sqlite:// or postgresql://"),
        ("POON_CACHE__URL", "memcached://h", "must start with memory://"),
        ("POON_IMAGES__URL", "images", "must start with file:// or s3://"),
        ("POON_DEFAULTS__OWNER", "a b", "should match pattern"),
        ("POON_OCR__TIER", "slow", "'accurate' or 'fast'"),
        ("POON_LOGGING__LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_wrong_value_names_setting_reason_and_cure(name: str, value: str, reason: str, tmp_path: Path) -> None:
    (problem,) = problems({name: value}, tmp_path)

    assert problem.startswith(f"{name}: ")
    assert reason in problem
    assert "; " in problem


def test_a_wrong_value_in_the_file_is_named_as_it_is_written_there(tmp_path: Path) -> None:
    write_file(tmp_path, "[kafka]\nmax_poll_records = 0\n")

    assert problems({}, tmp_path)[0].startswith("kafka.max_poll_records in poon.toml: ")


@pytest.mark.parametrize("missing", ["POON_KAFKA__SASL_USERNAME", "POON_KAFKA__SASL_PASSWORD"])
def test_sasl_needs_user_name_and_password(missing: str, tmp_path: Path) -> None:
    (problem,) = problems({name: value for name, value in SASL.items() if name != missing}, tmp_path)

    assert problem.startswith(f"{missing} (or kafka.{missing.rpartition('__')[2].lower()} in poon.toml): is needed")


@pytest.mark.parametrize(
    ("environ", "blamed"),
    [
        ({"POON_KAFKA__SASL_USERNAME": "x"}, "POON_KAFKA__SASL_USERNAME: is not used"),
        ({"POON_KAFKA__SSL_CA_FILE": "x"}, "POON_KAFKA__SSL_CA_FILE: is not used"),
        ({"POON_KAFKA__SECURITY_PROTOCOL": "SSL"}, "POON_KAFKA__SECURITY_PROTOCOL: the embedded broker"),
        (
            SASL | {"POON_KAFKA__SSL_CERT_FILE": "x"},
            "POON_KAFKA__SSL_KEY_FILE (or kafka.ssl_key_file in poon.toml): is needed by kafka.ssl_cert_file",
        ),
        (
            SASL | {"POON_KAFKA__SSL_KEY_FILE": "x"},
            "POON_KAFKA__SSL_CERT_FILE (or kafka.ssl_cert_file in poon.toml): is needed by kafka.ssl_key_file",
        ),
        (
            {"POON_RUNTIME__RETRY__BASE_DELAY_SECONDS": "40"},
            "POON_RUNTIME__RETRY__MAX_DELAY_SECONDS (or runtime.retry.max_delay_seconds in poon.toml): is less than",
        ),
        ({"POON_IMAGES__S3_ACCESS_KEY_ID": "x"}, "POON_IMAGES__S3_SECRET_ACCESS_KEY (or"),
        ({"POON_IMAGES__S3_SECRET_ACCESS_KEY": "x"}, "POON_IMAGES__S3_ACCESS_KEY_ID (or"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(environ: dict[str, str], blamed: str, tmp_path: Path) -> None:
    (problem,) = problems(environ, tmp_path)

    assert problem.startswith(blamed)


def test_complete_sasl_over_tls_is_accepted(tmp_path: Path) -> None:
    kafka = load_settings(SASL, tmp_path).kafka

    assert kafka.sasl_password is not None
    assert kafka.sasl_password.get_secret_value() == PLANTED


def test_a_moved_data_folder_takes_database_and_images_along(tmp_path: Path) -> None:
    settings = load_settings({"POON_DATA_DIR": "/srv/poon"}, tmp_path)

    assert settings.database.url.get_secret_value() == "sqlite:////srv/poon/poon.db"
    assert settings.images.url.get_secret_value() == "file:///srv/poon/images"


def test_a_named_database_stays_where_it_is_named(tmp_path: Path) -> None:
    settings = load_settings({"POON_DATA_DIR": "/srv", "POON_DATABASE__URL": "sqlite:///x.db"}, tmp_path)

    assert settings.database.url.get_secret_value() == "sqlite:///x.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POON_DATABASE__URL", f"postgresql://poon:{PLANTED}@db:5432/poon"),
        ("POON_DATABASE__URL", f"postgresql://db/poon?password={PLANTED}"),
        ("POON_DATABASE__URL", f"postgresql://poon:a/{PLANTED}@db/poon"),
        ("POON_CACHE__URL", f"redis://:{PLANTED}@cache:6379/0"),
        ("POON_IMAGES__URL", f"s3://bucket/prefix?secret_key={PLANTED}"),
    ],
)
def test_a_password_in_a_url_is_never_shown(name: str, value: str, tmp_path: Path) -> None:
    loaded = load({name: value}, tmp_path)

    everything = [
        repr(loaded),
        str(loaded.settings.model_dump(mode="json")),
        str(shown(loaded)),
        f"{loaded.settings.database.url}",
    ]

    assert not [text for text in everything if PLANTED in text]


def test_secrets_are_masked_in_every_output(tmp_path: Path) -> None:
    environ = SASL | {"POON_IMAGES__S3_ACCESS_KEY_ID": "id", "POON_IMAGES__S3_SECRET_ACCESS_KEY": PLANTED}
    loaded = load(environ, tmp_path)

    assert PLANTED not in repr(loaded)
    assert PLANTED not in json.dumps(loaded.settings.model_dump(mode="json"))
    assert PLANTED not in str(shown(loaded))


@pytest.mark.parametrize(
    "environ",
    [
        SASL | {"POON_KAFKA__MAX_POLL_RECORDS": "0"},
        {"POON_KAFKA__SASL_PASSWORD": PLANTED},
        {"POON_DATABASE__URL": PLANTED},
        {"POON_DATABASE__URL": f"mysql://u:{PLANTED}@h/x"},
        {"POON_CACHE__URL": f"http://u:{PLANTED}@h/x"},
    ],
)
def test_an_error_never_shows_a_secret(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, tmp_path)

    assert PLANTED not in str(caught.value)
    assert PLANTED not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_secret_of_the_wrong_type_in_the_file_is_not_shown(tmp_path: Path) -> None:
    write_file(tmp_path, f"[kafka]\nsasl_password = ['{PLANTED}']\n")

    (problem,) = problems({}, tmp_path)

    assert problem.startswith("kafka.sasl_password in poon.toml: ")
    assert PLANTED not in problem


def test_settings_cannot_be_changed() -> None:
    settings = Settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.data_dir = Path("elsewhere")  # type: ignore[misc]


def test_the_reference_tells_every_setting_with_its_meaning() -> None:
    reference = settings_reference()
    rows = reference.partition("\n\n")[0].splitlines()[2:]

    assert len(rows) == len(shown(load({}, Path("/nowhere"))))
    assert not [row for row in rows if row.endswith("|  |")]
    assert "| `POON_KAFKA__MAX_POLL_RECORDS` | `kafka.max_poll_records` | integer >= 1, <= 10000 | `500` |" in reference
