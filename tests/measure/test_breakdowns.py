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
#: Where a breakdown makes no sense, or is there under a narrower name; the refusal lists what there is.
REFUSED = {
    "starts": {"provision"}, "achievements": {"provision"}, "qar": {"age_adult"},
    "rates": {name for name in BREAKDOWNS if not name.startswith("home_")},
}  # fmt: skip
#: Two of one learner's aims may differ in these, so that a person is in several items; in all others in one.
OF_AIM = {
    "level", "detailed_level", "ssa1", "ssa2", "standard", "provision", "funding", "provider", "provider_type",
    "delivery_region", "delivery_lad", "delivery_mca", "delivery_pcon",
}  # fmt: skip
LINKED = {name for name in measure.names() if measure.get(name).connect and name not in ("qar", "progression")}
NAMES = [name for name in measure.names() if name not in LINKED]


@pytest.fixture(scope="module")
def held(synthetic_store):
    """For each measure, what it counts with every breakdown beside it: one question instead of one for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENILR_VAULT_KEY_FILE", str(synthetic_store / "key"))
        store = Store(synthetic_store / "store")
        yield {name: _coded(store, name) for name in NAMES}


def _coded(store: Store, name: str):
    declared, asked = ask(store, name, "2526", "R14", {})
    connection = connect(declared, asked)
    wanted = [declared.dimension(by) for by in BREAKDOWNS if by not in REFUSED.get(name, ())]
    rows = with_codes(connection, declared.judge(connection, asked).rows, wanted)
    return fetch(rows.select("person_key", *(f"by_{dimension.name}" for dimension in wanted)))


@pytest.mark.parametrize("name", NAMES)
def test_every_breakdown_adds_up_or_is_refused(held, name):
    frame, declared = held[name], measure.get(name)
    assert frame.height > 0
    people = frame["person_key"].n_unique()
    for by in BREAKDOWNS:
        if by in REFUSED.get(name, ()):
            with pytest.raises(MeasureError, match=f"{name} cannot be broken down by {by}: choose from"):
                declared.dimension(by)
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
