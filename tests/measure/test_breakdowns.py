"""Every measure by every breakdown that the sector's statistics know: it works, adds up, or says clearly why not."""

from __future__ import annotations

import pytest

from openilr import measure
from openilr.measure import MeasureError
from openilr.measure.breakdowns import with_codes
from openilr.measure.engines import fetch
from openilr.measure.run import ask, connect
from openilr.store import Store

#: What the statistics break down by.
BREAKDOWNS = (
    "level", "detailed_level", "age", "age_adult", "age_detailed", "age_youth_adult", "age_single", "sex", "ethnicity",
    "ethnicity_detailed", "lldd", "prior_attainment", "ssa1", "ssa2", "standard", "provision", "funding", "provider",
    "provider_type", "home_region", "home_lad", "home_mca", "home_pcon", "delivery_region", "delivery_lad",
    "delivery_mca", "delivery_pcon", "deprivation", "deprivation_decile",
)  # fmt: skip
_PEOPLE = "the estimates of population do not say how many people of an area are in each group"
#: Where a breakdown makes no sense, and what the refusal says of it.
REFUSED = {
    "starts": {"provision": "all of it is apprenticeships"},
    "achievements": {"provision": "all of it is apprenticeships"},
    "rates": {
        **{by: "which ages" for by in BREAKDOWNS if by.startswith("age")},
        **{by: "not those who come to learn" for by in BREAKDOWNS if by.startswith("delivery_")},
        **dict.fromkeys(("sex", "ethnicity", "ethnicity_detailed", "lldd", "prior_attainment", "deprivation",
                         "deprivation_decile"), _PEOPLE),
    },
}  # fmt: skip
#: Two of one learner's aims may differ in these, so that a person is in several items; in all others in one.
OF_AIM = {
    "level", "detailed_level", "ssa1", "ssa2", "standard", "provision", "funding", "provider", "provider_type",
    "delivery_region", "delivery_lad", "delivery_mca", "delivery_pcon",
}  # fmt: skip
#: On a linked store (``tests/journeys/test_linked_sector.py``).
LINKED = ("earnings", "outcomes", "prior-attainment")
NAMES = [name for name in measure.names() if name not in LINKED]


@pytest.fixture(scope="module")
def held(synthetic_store):
    """For each measure, what it counts with every breakdown beside it: one question instead of one for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(synthetic_store / "key"))
        store = Store(synthetic_store / "store")
        yield {name: coded(store, name) for name in NAMES}


def coded(store: Store, name: str):
    """The people whom a measure counts, with the code of every breakdown that it has."""
    declared, asked = ask(store, name, "2526", "R14", {})
    connection = connect(declared, asked)
    wanted = [declared.dimension(by) for by in BREAKDOWNS if by not in REFUSED.get(name, ())]
    rows = with_codes(connection, declared.judge(connection, asked).rows, wanted)
    return fetch(rows.select("person_key", *(f"by_{dimension.name}" for dimension in wanted)))


@pytest.mark.parametrize("name", NAMES)
def test_every_breakdown_adds_up_or_is_refused(held, name):
    adds_up_or_is_refused(name, held[name])


def adds_up_or_is_refused(name, frame):
    declared = measure.get(name)
    assert frame.height > 0
    people = frame["person_key"].n_unique()
    for by in BREAKDOWNS:
        if by in REFUSED.get(name, ()):
            with pytest.raises(MeasureError, match=f"{name} cannot be broken down by {by}: .* Choose from") as refused:
                declared.dimension(by)
            assert REFUSED[name][by] in str(refused.value)
            continue
        column = f"by_{by}"
        assert frame[column].null_count() == 0, "what is not known has an item of its own"
        summed = frame.group_by(column).n_unique()["person_key"].sum()
        assert summed >= people, by
        if by not in OF_AIM and declared.count == "people":
            assert summed - people <= 0.1 * people, f"{by}: only people whom two providers return differ"
        known = {code for code, _ in declared.dimension(by).items}
        if known:
            assert set(frame[column]) - known <= {"not known"}, f"{by} has an item without a label"


def test_no_breakdown_is_empty_on_a_whole_sector(held):
    """A breakdown that never knows anything is not there, whatever it is called."""
    whole = held["participation"]
    blank = [by for by in BREAKDOWNS if set(whole[f"by_{by}"]) == {"not known"}]
    assert blank == []


@pytest.mark.parametrize("by", ["sex", "provider", "level"])
@pytest.mark.parametrize("name", ["participation", "starts", "qar"])
def test_what_is_asked_for_is_what_was_counted(sector, held, name, by):
    """``compute`` gives the groups of the frame that the other tests look at."""
    found = measure.compute(sector, name, "2526", return_name="R14", by=[by]).frame
    number = "leavers" if name == "qar" else "value"
    groups = held[name].group_by(f"by_{by}")
    counted = groups.n_unique().select(f"by_{by}", "person_key") if name == "participation" else groups.len()
    assert dict(found.select(by, number).iter_rows()) == dict(counted.iter_rows())
