"""Made-up providers: many small, a few very large, each of a type that goes with the kinds of provision it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from random import Random
from statistics import NormalDist

from openilr.synth import geography
from openilr.synth.decks import Decks
from openilr.synth.geography import PER_REGION, REGIONS
from openilr.synth.kinds import Kind
from openilr.synth.targets import margin

#: UKPRNs from 90,000,001 are not issued.
FIRST_UKPRN = 90_000_001
#: How many providers of each type there are (published providers of apprenticeships 2024/25; authorities and sixth
#: forms by other provision: assumed), and the legal organisation type that a register gives them.
TYPES = {"private": 0.66, "college": 0.14, "university": 0.07, "authority": 0.09, "sixth_form": 0.04}
LEGAL = {"private": "PLBG", "college": "UGFE", "university": "UHEO", "authority": "ULEA", "sixth_form": "USFC"}
#: Spread of sizes: the logarithm of starts per provider deviates by about this (p50 104, p90 563, p99 3,337).
_SPREAD = 1.4
#: The share of learners of a local provider who live in its region (assumed).
_LOCAL = 0.95
#: How often a national provider teaches in the region where the learner lives: fitted to the published 80.8 per cent.
_NEAR = 0.75
#: One of each type comes first, so that a small sector has every kind of provision.
_FIRST = ("college", "private", "authority", "university", "sixth_form", "private", "private", "college")


@dataclass(slots=True)
class Provider:
    """One provider. ``learners`` is how many people have their first programme here, by kind."""

    number: int
    type: str
    region: int
    size: float
    learners: dict[str, int] = field(default_factory=dict)
    draws: dict[str, float] = field(default_factory=dict)  #: how its learners spread over regions, where it is national

    @property
    def ukprn(self) -> int:
        return FIRST_UKPRN + self.number

    @property
    def name(self) -> str:
        return f"Synthetic {self.type.replace('_', ' ')} {self.number + 1}"

    @property
    def is_national(self) -> bool:
        """Whether it teaches in every region; the others teach where they are."""
        return self.type in ("private", "university")

    def home_region(self, random: Random, group: str, decks: Decks) -> int:
        """The region (0 to 8) that a learner of it, of a group of the targets, lives in."""
        if self.is_national or random.random() > _LOCAL:
            return int(decks.deal(random, (group, "region"), self.draws))
        return self.region

    def site(self, random: Random, home: int) -> str:
        """A delivery postcode for somebody who lives at a postcode number."""
        region = home // PER_REGION
        if not self.is_national or random.random() > _NEAR:
            region = self.region
        return geography.postcode(region * PER_REGION + (self.number * 791 + random.randrange(3) * 37) % PER_REGION)

    @property
    def on_ofs_register(self) -> bool:
        return self.type in ("college", "university")


def providers(random: Random, count: int, learners: int, kinds: list[Kind]) -> list[Provider]:
    """``count`` providers, and how many of ``learners`` people start at each, by kind. The shares are the targets'."""
    places = random.sample(range(count), count)
    made = [_provider(random, number, (place + 0.5) / count) for number, place in enumerate(places)]
    people = _whole([margin("sector", "kind").values[kind.name] for kind in kinds], learners)
    for kind, total in zip(kinds, people, strict=True):
        for provider, quota in zip(made, _whole(_weights(made, kind), total), strict=True):
            if quota:
                provider.learners[kind.name] = quota
    _spread(made)
    return made


def _spread(made: list[Provider]) -> None:
    """Regions, so that those of apprentices come near the published ones: the local providers first, by size.

    Each goes where most learners are missing, and the national ones draw what is missing then.
    """
    name = "apprenticeship" if any("apprenticeship" in p.learners for p in made) else ""
    count = {p.number: p.learners.get(name, 0) if name else sum(p.learners.values()) for p in made}
    shares = margin("apprenticeship", "region")
    missing = [shares.share(region) * sum(count.values()) for region in REGIONS]
    for provider in sorted((p for p in made if not p.is_national), key=lambda p: -count[p.number]):
        provider.region = missing.index(max(missing))
        missing[provider.region] -= _LOCAL * count[provider.number]
    draws = {str(region): max(left, 0.001) for region, left in enumerate(missing)}
    for provider in made:
        provider.draws = draws


def _provider(random: Random, number: int, place: float) -> Provider:
    """A provider that is larger than a share ``place`` of all."""
    kind = _FIRST[number] if number < len(_FIRST) else random.choices(list(TYPES), list(TYPES.values()))[0]
    regions = margin("apprenticeship", "region").values
    region = random.choices(range(len(regions)), list(regions.values()))[0]
    return Provider(number, kind, region, exp(NormalDist(0, _SPREAD).inv_cdf(place)))


def _weights(made: list[Provider], kind: Kind) -> list[float]:
    """The share of a kind's learners at each provider: by type as the kind says, within the type by size."""
    sizes: dict[str, float] = {}
    for provider in made:
        sizes[provider.type] = sizes.get(provider.type, 0) + provider.size
    if not any(name in sizes for name in kind.providers):
        return [provider.size for provider in made]
    return [kind.providers.get(p.type, 0) * p.size / sizes[p.type] for p in made]


def _whole(weights: list[float], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that add up to ``total`` (largest remainders)."""
    exact = [weight * total / sum(weights) for weight in weights]
    found = [int(value) for value in exact]
    left = sorted(range(len(exact)), key=lambda i: found[i] - exact[i])
    for i in left[: total - sum(found)]:
        found[i] += 1
    return found
