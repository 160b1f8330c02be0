"""Two files about overlapping people, with the errors that records of people have, and the truth about who is who.

For trying and measuring linkage. Every name, number and address is made up; the rates are meant to be harder than life
where there is a choice. The same seed gives the same files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openilr.synth.numbers import POSTCODES, national_insurance, postcode, uln

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

#: Forenames by background and sex, most frequent first.
_GIVEN = {
    "british": (
        "Olivia Amelia Emily Sophie Jessica Chloe Charlotte Ella Grace Lucy Ellie Megan Hannah Katherine Molly Holly "
        "Elizabeth Daisy Lily Georgia Abigail Leah Mia Ruby Caitlin Phoebe Erin Rebecca Amy Freya Lauren Eleanor Emma "
        "Isabelle Evie Poppy Alice Rosie Bethany Scarlett Imogen Natasha Matilda Florence Harriet Rachel Victoria "
        "Jennifer Nicole Zoë Samantha Alexandra Danielle Stephanie Catherine Philippa Josephine Frances Bronwyn Carys "
        "Rhiannon Siân Niamh Isla Orla Tamsin Morwenna Kayleigh Shannon Paige Demi Kirsty Lydia Martha Mary-Jane",
        "Thomas James Jack Daniel Joshua Matthew Oliver William Samuel Benjamin Joseph Callum Luke Jake Adam George "
        "Alexander Lewis Ryan Connor Nathan Harry Liam Jordan Michael Charlie Max Edward Jacob Cameron Dylan Aaron "
        "Robert Alfie Tyler Henry Christopher Archie Owen Kieran Rhys Bradley Reece Toby Louis Leo David Andrew "
        "Nicholas Timothy Frederick Anthony Patrick Stephen Sean Kyle Brandon Jamie Elliot Finley Jayden Hayden Rory "
        "Gareth Dafydd Ieuan Angus Hamish Seán Declan Aidan Zachary Theodore Jonathan Peter Philip Jean-Luc",
    ),
    "south asian": (
        "Aisha Fatima Zainab Maryam Aaliyah Khadija Safiyyah Hafsa Sana Iqra Mariam Amina Zara Noor Priya Anjali Pooja "
        "Simran Jasmine Kiran Nisha Divya Riya Meera Amrit Harpreet Manpreet Gurpreet Navdeep Sumaiya Nusrat Tahmina "
        "Rukhsana Saima Farah Sadia Nadia Rabia Bushra Hira",
        "Mohammed Muhammad Ahmed Ali Hamza Ibrahim Abdullah Yusuf Hassan Hussain Bilal Usman Omar Zain Adil Imran "
        "Kamran Faisal Rehan Arjun Rohan Rahul Amit Vikram Harpreet Gurpreet Jaspreet Manpreet Kiran Deepak Sanjay "
        "Anil Ravi Tariq Waqas Junaid Shahid Irfan Mohammed-Ali Haroon",
    ),
    "african": (
        "Blessing Precious Esther Grace Mercy Joy Favour Ruth Deborah Naomi Abena Ama Efua Akosua Ngozi Chioma Ifeoma "
        "Adaeze Folake Temitope Oluwaseun Hodan Hibo Ayan Sagal Fadumo Halima Zahra Tsion Makeda",
        "Emmanuel David Samuel Daniel Joshua Michael Kwame Kofi Kwabena Yaw Kojo Chukwuemeka Chinedu Obinna Tunde "
        "Oluwaseun Ayodele Femi Abdirahman Abdi Mohamed Liban Mahad Yonas Dawit Joel Prince Isaac Elijah Caleb",
    ),
    "east european": (
        "Zuzanna Julia Maja Zofia Hanna Aleksandra Oliwia Natalia Wiktoria Katarzyna Agnieszka Małgorzata Weronika "
        "Kinga Ioana Andreea Elena Gabriela Viktorija Gabija Ugnė Līga Kateřina Tereza",
        "Jakub Szymon Filip Kacper Antoni Jan Mateusz Michał Bartosz Krzysztof Piotr Tomasz Łukasz Paweł Andrei "
        "Alexandru Ștefan Bogdan Lukas Matas Dominykas Jānis Dmytro Ondřej",
    ),
    "east asian": (
        "Mei Ling Xin Yi Hui Jia Wei Yan Ying Linh Thao Anh Thuy Yuki Hana Grace Vivian Jessica Tiffany Cindy",
        "Wei Jun Hao Ming Jian Chen Li Feng Minh Duc Tuan Quang Kenji Jason Kevin Eric Tony Vincent Alan Raymond",
    ),
}  # fmt: skip
_FAMILY = {
    "british": (
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts "
        "Green Hall Wood Jackson Clarke Patterson Harris Lewis Martin Clark Turner Hill Cooper Ward Moore Morris King "
        "Watson Baker Harrison Morgan Young Allen Mitchell Phillips Lee Bell Parker Davis Bennett Miller Cook Shaw "
        "Campbell Anderson Richardson Marshall Stewart Murray Simpson Gray Graham Ellis Fox Webb Chapman Palmer Hunt "
        "Holmes Mills Matthews Gibson Knight Barnes Lloyd Butler Russell Fisher Stevens Jenkins Dixon Fletcher Hughes "
        "O'Brien O'Neill O'Connor Murphy Kelly Walsh McDonald MacLeod McCarthy Fitzgerald Byrne Ryan Quinn Doyle Reid"
    ),
    "south asian": (
        "Khan Patel Singh Hussain Ahmed Begum Kaur Ali Akhtar Shah Malik Iqbal Mahmood Chaudhry Mirza Rahman Islam "
        "Uddin Miah Hossain Sharma Gupta Mehta Desai Joshi Reddy Nair Gill Sandhu Dhillon Grewal Bibi Rashid Aslam "
        "Bhatti Butt Qureshi Siddiqui Javed Sheikh"
    ),
    "african": (
        "Mensah Owusu Boateng Osei Asante Appiah Okafor Okonkwo Adeyemi Adebayo Okoro Balogun Eze Nwosu Abdi Mohamed "
        "Hassan Ali Ahmed Yusuf Warsame Farah Tesfaye Haile Kamau Moyo Ncube Banda Sesay Kamara Conteh Bangura"
    ),
    "east european": (
        "Kowalski Nowak Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Popescu "
        "Ionescu Popa Dumitru Stan Kazlauskas Petrauskas Bērziņš Kalniņš Shevchenko Kovalenko Novák Dvořák"
    ),
    "east asian": "Wong Chan Li Chen Wang Zhang Liu Lam Cheung Ng Leung Nguyen Tran Pham Le Yang Huang Lin Wu Tanaka",
}  # fmt: skip
_SHARE = {"british": 0.74, "south asian": 0.13, "african": 0.06, "east european": 0.05, "east asian": 0.02}
#: Rarer British family names are made of two halves.
_FIRST_HALF = (
    "Ash Black Brad Broad Bur Cart Chad Cran Dal Den Dun East Ed Farn Fen Gold Green Hal Ham Har Hart Hazel "
    "High Hol Kirk Lang Lin Mar Mid New Nor Oak Pem Rad Red Ross Sher Stan Thorn Under Wal West Whit Win Wood "
    "Worth Yar"
)
_SECOND_HALF = (
    "ley ton ham ford field worth well by wick combe brook dale wood man son hurst croft stead bury land more "
    "bourne bridge thorpe shaw gate cliffe side"
)
_SHORT = {
    "Thomas": "Tom", "William": "Will Bill", "Elizabeth": "Liz Beth Lizzie", "Katherine": "Kate Katie",
    "Matthew": "Matt", "Benjamin": "Ben", "Samuel": "Sam", "Daniel": "Dan Danny", "Christopher": "Chris",
    "Joshua": "Josh", "Jessica": "Jess", "Rebecca": "Becky", "Alexander": "Alex", "Charlotte": "Lottie Charlie",
    "Joseph": "Joe", "Nicholas": "Nick", "Michael": "Mike", "Robert": "Rob Bob", "Abigail": "Abby",
    "Samantha": "Sam", "Alexandra": "Alex Lexi", "Edward": "Ed", "Catherine": "Cathy Kate",
    "Victoria": "Vicky Tori", "Jennifer": "Jen Jenny", "Philippa": "Pippa", "Josephine": "Josie", "Frances": "Fran",
    "Eleanor": "Ellie", "Isabelle": "Izzy", "Matilda": "Tilly", "Stephanie": "Steph", "Danielle": "Dani",
    "Timothy": "Tim", "Frederick": "Fred Freddie", "Anthony": "Tony", "Patrick": "Paddy", "Stephen": "Steve",
    "Max": "Maxwell", "Zachary": "Zac", "Theodore": "Theo", "Jonathan": "Jon", "Peter": "Pete", "Philip": "Phil",
    "Andrew": "Andy", "Jamie": "James", "Bethany": "Beth", "Natasha": "Tash", "Mohammed": "Mohamed Mohammad",
    "Muhammad": "Mohammed", "Aisha": "Ayesha", "Fatima": "Fatimah", "Maryam": "Mariam", "Yusuf": "Yousef",
    "Usman": "Osman", "Omar": "Umar", "Hussain": "Hussein", "Hassan": "Hasan", "Ibrahim": "Ebrahim",
    "Emmanuel": "Manny", "Oluwaseun": "Seun", "Temitope": "Temi", "Aleksandra": "Ola", "Katarzyna": "Kasia",
    "Małgorzata": "Gosia", "Agnieszka": "Aga",
}  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
IDENTIFIERS = ("uln", "given_names", "family_name", "date_of_birth", "sex", "postcode", "nino")


@dataclass(frozen=True)
class Errors:
    """How often, as shares of records, a file is wrong or silent about somebody."""

    short_form: float = 0.20
    given_typo: float = 0.03
    family_typo: float = 0.03
    second_name: float = 0.10
    initial_only: float = 0.003
    new_family_name: float = 0.02
    double_name: float = 0.01
    names_changed_over: float = 0.005
    accents_lost: float = 0.5
    day_and_month_changed_over: float = 0.006
    birthday_digit: float = 0.004
    birth_year: float = 0.004
    first_of_january: float = 0.001
    moved: float = 0.10
    postcode_typo: float = 0.015
    sex_wrong: float = 0.003
    uln_missing: float = 0.02
    uln_wrong: float = 0.002
    uln_typo: float = 0.002
    nino_missing: float = 1.0
    given_missing: float = 0.004
    family_missing: float = 0.001
    birthday_missing: float = 0.001
    postcode_missing: float = 0.01
    sex_missing: float = 0.002
    #: Names from abroad are misspelt and changed over this many times as often.
    unfamiliar: float = 2.0


COLLEGE = Errors(moved=0.02)
ELSEWHERE = Errors(moved=0.20, uln_missing=0.35)


def write_pair(
    people: int, *, seed: int = 1, first: Errors = COLLEGE, second: Errors = ELSEWHERE, in_both: float = 0.9,
    twins: float = 0.014, born: tuple[int, int] = (2004, 3), people_per_postcode: int = 12,
) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """Two frames of ``people`` rows in random order: id, the columns of a person file, and person and background.

    ``person`` is the truth; take it off, with ``background``, before linking. ``born`` is the first year and how many
    years of births there are. ``in_both`` is the share of each file that is in the other.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    everyone = round(people * (2 - in_both))
    truth = _people(random, everyone, twins, born, people_per_postcode)
    order = random.permutation(everyone)
    shared, rest = order[: round(people * in_both)], order[round(people * in_both) :]
    half = people - len(shared)
    return (
        _file(random, "a", truth, first, np.concatenate([shared, rest[:half]])),
        _file(random, "b", truth, second, np.concatenate([shared, rest[half : 2 * half]])),
    )


def harder(errors: Errors, times: float) -> Errors:
    """The same file with errors so many times as frequent, up to a half each; gaps and moves stay."""
    kept = {"moved", "uln_missing", "nino_missing", "accents_lost", "unfamiliar"}
    return replace(
        errors, **{name: min(0.5, value * times) for name, value in vars(errors).items() if name not in kept}
    )


def _people(
    random: np.random.Generator, count: int, twins: float, born: tuple[int, int], per_postcode: int
) -> dict[str, Any]:
    import numpy as np

    backgrounds = np.array(list(_SHARE), dtype=object)
    background = random.choice(backgrounds, count, p=list(_SHARE.values()))
    sex = np.where(random.random(count) < 0.5, "F", "M").astype(object)
    given, family = np.empty(count, dtype=object), np.empty(count, dtype=object)
    for name in backgrounds:
        for place, letter in enumerate("FM"):
            mine = np.flatnonzero((background == name) & (sex == letter))
            given[mine] = _pick(random, _GIVEN[name][place].split(), len(mine))
        mine = np.flatnonzero(background == name)
        family[mine] = _pick(random, _family_names(name), len(mine))
    first = np.datetime64(f"{born[0]}-09-01")
    days = (np.datetime64(f"{born[0] + born[1]}-09-01") - first).astype(int)
    birthday = (first + random.integers(0, days, count).astype("timedelta64[D]")).astype(str).astype(object)
    homes = _postcodes(random, max(2, count // per_postcode))
    home = homes[random.integers(0, len(homes), count)]
    second = np.array(["", *(_GIVEN["british"][0] + " " + _GIVEN["british"][1]).split()], dtype=object)
    middle = np.where(random.random(count) < 0.6, random.choice(second, count), "").astype(object)
    for one in np.flatnonzero(random.random(max(count - 1, 0)) < twins / 2):
        for column in (family, birthday, home, background):
            column[one + 1] = column[one]
        if random.random() < 0.3:  # two of one sex whose names look alike
            sex[one + 1] = sex[one]
            given[one + 1] = given[one][:-1] + random.choice([v for v in "aeiouy" if v != given[one][-1]])
    numbers = random.permutation(count * 3)[:count]
    return {
        "person": np.arange(count), "background": background, "given_names": given, "middle": middle,
        "family_name": family, "date_of_birth": birthday, "sex": sex, "postcode": home, "homes": homes,
        "uln": np.array([str(uln(int(n))) for n in numbers], dtype=object),
        "nino": np.array([national_insurance(int(n)) for n in numbers], dtype=object),
    }  # fmt: skip


def _family_names(background: str) -> list[str]:
    names = _FAMILY[background].split()
    if background == "british":
        names += [first + second for second in _SECOND_HALF.split() for first in _FIRST_HALF.split()]
    return names


def _pick(random: np.random.Generator, names: list[str], count: int) -> np.ndarray:
    """Some names are frequent and most are rare."""
    import numpy as np

    weight = 1.0 / (np.arange(len(names)) + 8)
    return random.choice(np.array(names, dtype=object), count, p=weight / weight.sum())


def _postcodes(random: np.random.Generator, count: int) -> np.ndarray:
    import numpy as np

    # Neighbouring numbers share a sector, so that some hundreds of districts hold everybody.
    return np.array([postcode(int(i)) for i in random.choice(min(POSTCODES, 4_000_000), count)], dtype=object)


def _file(
    random: np.random.Generator, letter: str, truth: dict[str, Any], rates: Errors, who: np.ndarray
) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    who = random.permutation(who)
    people = {name: column[who].copy() for name, column in truth.items() if name != "homes"}
    spoil = _Spoiling(random, people, truth["homes"], rates)
    spoil.names()
    spoil.dates()
    spoil.numbers_and_places()
    columns = {name: pl.Series(people[name].tolist(), dtype=pl.String) for name in IDENTIFIERS}
    ids = pl.Series([f"{letter}{number}" for number in range(len(who))], dtype=pl.String)
    return pl.DataFrame(
        {"id": ids, **columns, "person": people["person"].astype(np.int64), "background": people["background"].tolist()}
    )


class _Spoiling:
    """Puts errors into one file."""

    def __init__(self, random: np.random.Generator, people: dict[str, Any], homes: np.ndarray, rates: Errors) -> None:
        self.random, self.people, self.homes, self.rates = random, people, homes, rates
        self.size = len(people["person"])

    def hit(self, rate: float, more: bool = False) -> list[int]:
        import numpy as np

        rates = np.full(self.size, rate)
        if more:
            rates = np.where(self.people["background"] == "british", rate, rate * self.rates.unfamiliar)
        return np.flatnonzero(self.random.random(self.size) < rates).tolist()

    def names(self) -> None:
        given, family, rates = self.people["given_names"], self.people["family_name"], self.rates
        for i in self.hit(rates.short_form):
            if given[i] in _SHORT:
                given[i] = self.random.choice(_SHORT[given[i]].split())
        for i in self.hit(rates.given_typo, more=True):
            given[i] = self.typo(given[i])
        for i in self.hit(rates.family_typo, more=True):
            family[i] = self.typo(family[i])
        for i in self.hit(rates.new_family_name):
            family[i] = _pick(self.random, _family_names("british"), 1)[0]
        for i in self.hit(rates.double_name):
            family[i] += "-" + _pick(self.random, _family_names("british"), 1)[0]
        for i in self.hit(rates.accents_lost):
            given[i], family[i] = _without_accents(given[i]), _without_accents(family[i])
        for i in self.hit(rates.initial_only):
            given[i] = given[i][:1]
        for i in self.hit(rates.second_name):
            given[i] = f"{given[i]} {self.people['middle'][i]}".strip()
        for i in self.hit(rates.names_changed_over, more=True):
            given[i], family[i] = family[i], given[i]
        for i in self.hit(0.05):
            given[i], family[i] = given[i].upper(), family[i].upper()
        self.forget("given_names", rates.given_missing)
        self.forget("family_name", rates.family_missing)

    def dates(self) -> None:
        born, rates = self.people["date_of_birth"], self.rates
        for i in self.hit(rates.day_and_month_changed_over):
            year, month, day = born[i].split("-")
            if int(day) <= 12:
                born[i] = f"{year}-{day}-{month}"
        for i in self.hit(rates.birthday_digit):
            year, month, day = born[i].split("-")
            born[i] = f"{year}-{month}-{int(self.random.integers(1, 29)):02d}"
        for i in self.hit(rates.birth_year):
            year, month, day = born[i].split("-")
            born[i] = f"{int(year) + self.random.choice([-1, 1])}-{month}-{min(int(day), 28):02d}"
        for i in self.hit(rates.first_of_january):
            born[i] = born[i][:4] + "-01-01"
        self.forget("date_of_birth", rates.birthday_missing)

    def numbers_and_places(self) -> None:
        people, rates = self.people, self.rates
        for i in self.hit(rates.moved):
            people["postcode"][i] = self.random.choice(self.homes)
        for i in self.hit(rates.postcode_typo):
            people["postcode"][i] = self.typo(people["postcode"][i]).upper()
        for i in self.hit(rates.sex_wrong):
            people["sex"][i] = "F" if people["sex"][i] == "M" else "M"
        for i in self.hit(rates.uln_typo):
            digits = list(people["uln"][i])
            at = int(self.random.integers(0, len(digits) - 1))
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
            people["uln"][i] = "".join(digits)
        for i in self.hit(rates.uln_wrong):
            people["uln"][i] = str(uln(int(self.random.integers(0, self.size * 3))))
        self.forget("postcode", rates.postcode_missing)
        self.forget("sex", rates.sex_missing)
        self.forget("uln", rates.uln_missing)
        self.forget("nino", rates.nino_missing)

    def forget(self, column: str, rate: float) -> None:
        self.people[column][self.hit(rate)] = None

    def typo(self, text: str) -> str:
        """One slip of the hand: a letter lost, added, changed, or two changed over."""
        at, kind = int(self.random.integers(0, len(text))), int(self.random.integers(0, 4))
        letter = _LETTERS[int(self.random.integers(26))]
        if kind == 0 and len(text) > 2:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + letter + text[at:]
        if kind == 2 or at == 0:
            return text[:at] + letter + text[at + 1 :]
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _without_accents(text: str) -> str:
    import unicodedata

    text = text.replace("ł", "l").replace("Ł", "L")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
