"""Master keys in the settings: checked when they are read, and never shown."""

from base64 import b64encode
from pathlib import Path

import pytest

from workers.config import SettingsError, load_settings

NEW, OLD, OLDEST = (b64encode(letter * 32).decode() for letter in (b"n", b"o", b"p"))
ARN, OLD_ARN = (f"arn:aws:kms:eu-central-1:123456789012:key/{part}" for part in ("0a1b-2c", "mrk-3d"))
KMS, OLD_KMS = "POON_PRIVACY__KMS_KEY", "POON_PRIVACY__OLD_KMS_KEYS"
MASTER, OLDER = "POON_PRIVACY__MASTER_KEY", "POON_PRIVACY__OLD_MASTER_KEYS"


def test_nothing_is_sealed_unless_a_master_key_is_set(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path).privacy.keys == ()
    assert load_settings({OLDER: OLD}, tmp_path).privacy.keys == ()


def test_the_newest_key_comes_first(tmp_path: Path) -> None:
    settings = load_settings({MASTER: NEW, OLDER: f"{OLD}, {OLDEST}"}, tmp_path)
    assert settings.privacy.keys == (b"n" * 32, b"o" * 32, b"p" * 32)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({MASTER: "a pass phrase"}, "is no base64"),
        ({MASTER: b64encode(b"short").decode()}, "has 5 bytes instead of 32"),
        ({MASTER: f"{NEW},{OLD}"}, "is no single key"),
        ({MASTER: ","}, "is no single key"),
        ({MASTER: NEW, OLDER: f"{OLD},short"}, "key 2 is no base64"),
        ({KMS: "alias/poon"}, "key 1 is no key of AWS KMS"),
        ({KMS: f"{ARN}, {OLD_ARN}"}, "is no single key"),
        ({KMS: ARN, OLD_KMS: f"{OLD_ARN},arn:aws:s3:::bucket"}, "key 2 is no key of AWS KMS"),
        ({KMS: ARN, "POON_PRIVACY__KMS_ENDPOINT": "kms.local"}, "must start with https:// or http://"),
        ({KMS: ARN, MASTER: NEW}, "is set beside privacy.master_key"),
        ({"POON_PRIVACY__KEYS_URL": "redis://keys"}, "must start with sqlite:// or postgresql://"),
    ],
)
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, values: dict[str, str], reason: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(values, tmp_path)
    assert reason in str(refused.value)
    secrets = [value for name, value in values.items() if name in {MASTER, OLDER} and len(value) > 4]
    assert not [value for value in secrets if value in str(refused.value)]


def test_keys_are_masked_wherever_settings_are_shown(tmp_path: Path) -> None:
    settings = load_settings({MASTER: NEW, OLDER: f"{OLD},{OLDEST}"}, tmp_path)
    assert not [key for key in (NEW, OLD, OLDEST) if key in repr(settings)]


def test_master_keys_are_here_or_at_kms_while_they_move(tmp_path: Path) -> None:
    def of(values: dict[str, str]) -> tuple[bool, tuple[bytes, ...], tuple[str, ...]]:
        privacy = load_settings(values, tmp_path).privacy
        return privacy.seals, privacy.keys, privacy.kms_keys

    assert of({}) == (False, (), ())
    assert of({OLD_KMS: ARN, OLDER: OLD}) == (False, (), ())
    assert of({KMS: ARN, OLD_KMS: OLD_ARN}) == (True, (), (ARN, OLD_ARN))
    assert of({KMS: ARN, OLDER: OLD}) == (True, (b"o" * 32,), (ARN,))
    assert of({MASTER: NEW, OLD_KMS: ARN}) == (True, (b"n" * 32,), (ARN,))
