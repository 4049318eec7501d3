"""Settings of the readers of spending texts."""

from pydantic import Field

from workers.config.groups import SettingsGroup


class TextSettings(SettingsGroup):
    """How spending texts are understood."""

    embeddings: bool = Field(
        default=False,
        description="guess categories the lexicon does not know by what words mean rather than by their letters; "
        "needs `pip install 'poon-workers[embeddings]'` (100 MB)",
    )
