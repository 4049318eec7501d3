"""Installs the small model: `make small-model`."""

from tests.services.small_model.starting import FOLDER, install

if __name__ == "__main__":
    install()
    print(f"The small model is in {FOLDER.name}; the tests of model servers use it now.")  # noqa: T201  for whoever ran it
