"""Settings of model servers, and of which backends are asked for what in which order."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, model_validator

from contracts.money import Currency
from workers.config.groups import Seconds, SettingsGroup
from workers.config.values import comma_list, header_list, headers_of, plain_http_url, refused

RULES: Final = "rules"
OCR: Final = "ocr"
LOCAL: Final = frozenset({RULES, OCR})
"""Names of what runs in this process, which no server may have."""

SURE_ENOUGH: Final = 0.8
"""How sure an answer has to be where a chain does not say: what the domain calls high."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_LINK: Final = re.compile(rf"({_NAME.pattern})(?:\s*>=\s*(0(?:\.[0-9]{{1,3}})?|1(?:\.0{{1,3}})?))?")
_TABLE_CURE: Final = (
    """write a table by name, for instance {"ollama": {"base_url": "http://ollama:11434/v1", "model": "qwen3:8b"}}"""
)
_CHAIN_CURE: Final = "write names with thresholds and commas, for instance rules>=0.8,ollama>=0.7,openai"


class Link(NamedTuple):
    """One backend of a chain, and how sure it has to be for the next one not to be asked."""

    name: str
    threshold: float


def links(chain: tuple[str, ...]) -> tuple[Link, ...]:
    """A chain taken apart; the last backend's answer always counts unless another one's is surer."""
    found = [match for entry in chain if (match := _LINK.fullmatch(entry))]
    return tuple(
        Link(match[1], float(match[2]) if match[2] else (SURE_ENOUGH if place < len(found) else 0.0))
        for place, match in enumerate(found, start=1)
    )


def _chain(value: tuple[str, ...]) -> tuple[str, ...]:
    for entry in value:
        if not _LINK.fullmatch(entry):
            raise refused(f"{entry!r} is no backend with a threshold", _CHAIN_CURE)
    names = [link.name for link in links(value)]
    if not names:
        raise refused("names no backend", _CHAIN_CURE)
    if len(set(names)) < len(names):
        raise refused("names a backend twice", _CHAIN_CURE)
    return value


def _by_name(given: object) -> object:
    if not isinstance(given, str):
        table = given
    else:
        try:
            table = json.loads(given)
        except ValueError as error:
            raise refused(f"is no JSON: {error}", _TABLE_CURE) from None
    if not isinstance(table, Mapping):
        raise refused("is no table", _TABLE_CURE)
    for name in table:
        if not _NAME.fullmatch(str(name)) or name in LOCAL:
            raise refused(
                f"{name!r} cannot be a server's name", "use small letters, digits and hyphens, not rules or ocr"
            )
    return table


Chain = Annotated[tuple[str, ...], BeforeValidator(comma_list), AfterValidator(_chain)]
ServerUrl = Annotated[
    str,
    AfterValidator(plain_http_url("http://ollama:11434/v1", "put the key into models.api_keys")),
    AfterValidator(lambda url: url.rstrip("/")),
]
Price = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]
CallBound = Annotated[int | None, Field(ge=0)]
MoneyBound = Annotated[Decimal | None, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
ModelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
KeyList = Annotated[SecretStr, AfterValidator(header_list)]


class ModelServerSettings(SettingsGroup):
    """One model behind an OpenAI-compatible server."""

    base_url: ServerUrl = Field(description="its URL up to and with `/v1`")
    model: ModelName = Field(description="name of the model, as the server knows it")
    timeout_seconds: Seconds = Field(20.0, description="longest wait for one answer, seconds")
    total_seconds: Seconds = Field(
        30.0, description="longest time for one question: waiting for its turn, calls and the waits between, seconds"
    )
    attempts: Annotated[int, Field(ge=1, le=10)] = Field(
        2, description="calls for one question at most, when the server cannot be reached, fails or is overloaded"
    )
    breaker_window_seconds: Seconds = Field(
        30.0, description="how far back calls count for whether the server is to be left alone, seconds"
    )
    breaker_least_calls: Annotated[int, Field(ge=1, le=1_000)] = Field(
        5, description="calls that must have ended within that time before it is left alone, calls"
    )
    breaker_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="of those, how many have to have failed, fraction"
    )
    breaker_rest_seconds: Seconds = Field(
        5.0, description="how long it is left alone the first time, doubled whenever it fails again, seconds"
    )
    breaker_longest_rest_seconds: Seconds = Field(120.0, description="the most of that, seconds")
    trust: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.7, description="how often a field this model reads is right, fraction; measure it on your own data"
    )
    structure: Literal["json_schema", "json_object"] = Field(
        "json_schema", description="how the form of an answer is asked for; it is checked here in any case"
    )
    temperature: Annotated[float | None, Field(ge=0, le=2)] = Field(
        0.0, description="sent along; `null` leaves it out, for models that take none (not in a TOML file)"
    )
    limit_as: Literal["max_tokens", "max_completion_tokens"] = Field(
        "max_tokens", description="parameter that bounds an answer; newer OpenAI models want the second"
    )
    thinking_tokens: Annotated[int, Field(ge=0, le=100_000)] = Field(
        0, description="tokens a model may think before it answers, added to the bound on an answer, tokens"
    )
    logprobs: bool = Field(
        default=False, description="ask for the probabilities of an answer's words, which lower its confidence"
    )
    input_price: Price = Field(Decimal(0), description="price of a million tokens of questions")
    output_price: Price = Field(Decimal(0), description="price of a million tokens of answers")
    currency: Currency = Field(Currency.USD, description="currency of the prices and budgets")
    calls_per_day: CallBound = Field(None, description="most calls of the whole fleet in a day (UTC), calls")
    money_per_day: MoneyBound = Field(None, description="most money the whole fleet spends in a day (UTC)")
    tenant_calls_per_day: CallBound = Field(None, description="most calls for one tenant in a day (UTC), calls")
    tenant_money_per_day: MoneyBound = Field(None, description="most money spent for one tenant in a day (UTC)")

    @model_validator(mode="after")
    def _total_holds_a_call(self) -> Self:
        if self.total_seconds < self.timeout_seconds:
            raise refused("total_seconds is less than timeout_seconds", "raise the one or lower the other")
        return self

    @model_validator(mode="after")
    def _longest_rest_is_the_longest(self) -> Self:
        if self.breaker_longest_rest_seconds < self.breaker_rest_seconds:
            raise refused(
                "breaker_longest_rest_seconds is less than breaker_rest_seconds", "raise the one or lower the other"
            )
        return self

    @model_validator(mode="after")
    def _money_needs_prices(self) -> Self:
        bounds = (self.money_per_day, self.tenant_money_per_day)
        if any(bound is not None for bound in bounds) and not (self.input_price or self.output_price):
            raise refused("a budget of money needs prices", "set input_price and output_price")
        return self


Servers = Annotated[dict[str, ModelServerSettings], BeforeValidator(_by_name)]


class ModelSettings(SettingsGroup):
    """Model servers, and what is remembered of their answers."""

    servers: Servers = Field({}, description="model servers by a name of yours, see below")
    api_keys: KeyList | None = Field(None, description="their keys, name=key with commas; local servers need none")
    cache_seconds: Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)] = Field(
        604_800.0, description="how long an answer is remembered for the very same question; 0 is not at all, seconds"
    )

    @model_validator(mode="after")
    def _keys_are_for_servers(self) -> Self:
        for name in self.keys:
            if name not in self.servers:
                raise refused(
                    f"there is no server {name!r}",
                    f"name some of {', '.join(self.servers) or 'models.servers'}",
                    "api_keys",
                )
        return self

    @property
    def keys(self) -> dict[str, str]:
        """The key of each server that has one."""
        return {} if self.api_keys is None else headers_of(self.api_keys)


class ChainSettings(SettingsGroup):
    """Which backends are asked for each capability, in order, and how sure each has to be for the next not to be."""

    text_recognition: Chain = Field((OCR,), description="for the text of an image: `ocr` and vision models")
    receipt_extraction: Chain = Field((RULES,), description="for the fields of a receipt: `rules` and models")
    text_extraction: Chain = Field((RULES,), description="for the fields of a spending text: `rules` and models")
    categorization: Chain = Field((RULES,), description="for a receipt's category: `rules` and models")

    @property
    def by_capability(self) -> dict[str, tuple[Link, ...]]:
        """The chains taken apart."""
        return {name: links(getattr(self, name)) for name in type(self).model_fields}
