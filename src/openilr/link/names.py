"""Names as people write them: spelling, short forms, and how they sound.

All functions take and give Polars expressions or series of text. Names are worked on once per distinct name, so the
cost is that of the names in a language and not that of the people in a file.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: Forms of one forename, a group on each line, the fullest form first. A form may stand in several groups: a Chris may
#: be a Christopher, a Christian or a Christine. Collected by us from common English, Welsh, Scottish, Irish, South
#: Asian, Arabic, African and East European usage.
_GROUPS = """
abigail abbie abby abi gail
abraham abe bram
adam ad
adrian ade
agnes aggie nessa
agnieszka aga
aisha ayesha aysha aishah aesha eesha
alan allan allen alun al
albert bert bertie al
aleksandra ola aleksandrina
alexander alex alec alexandre aleksander alasdair alistair alastair alistar sandy xander lex sasha al
alexandra alex alexa lexi lexie sandra sasha alix
alfred alfie alf fred freddie
alice ali alison
alison ali allison allie alyson
amanda mandy mandi
amelia amy millie milly mia emelia amelie
amir ameer
amira ameera amirah
amy aimee ami aimie
andrew andy drew andi andre andrzej
aneesa anisa anisah
angela angie ange
angelina angie angelena
angus gus
ann anne annie anna ana anya hannah
anthony antony tony ant
antonia toni tonia
antoinette toni nettie
archibald archie arch
arthur art arti artie
barbara babs barb barbie
barnaby barney
benjamin ben benji benny benjy
bernadette bernie
bernard bernie
beverley bev beverly
bilal belal
bradley brad
brandon bran
brenda bren
brian bryan bri
bridget bridie biddy
bronwyn bron bronwen
cameron cam
carol carole caz
caroline carrie caro caz carolyn carolina lina
casey cassie kasey
cassandra cassie cass sandra
catherine cath cathy kate katie katy kitty kat cat catharine catrin kathryn katherine katharine kathy kath kay
catherine katya katarzyna kasia ekaterina
cecilia cissy celia
charles charlie chas chuck charley
charlotte charlie lottie lotty char charley charli carlotta
chelsea chels
chloe clo khloe cloe
christian chris kristian
christina chris tina chrissie christine krystyna kristina kirsty
christine chris chrissie chrissy tina
christopher chris kit topher kris christoper krzysztof kristofer
claire clare clair
clifford cliff
constance connie
corinne corrie
cynthia cindy
daisy dais
daniel dan danny danyal daniyal danial
danielle dani danni daniela daniella ella
david dave davey dai davy dafydd dawid daud dawood
deborah debbie deb debs debra debby
deepak dipak
denise den
dennis den denis denny
derek del derrick
diana di diane dianne
dominic dom dominik nick
donald don donnie
dorothy dot dottie dolly dorothea
douglas doug dougie
edward ed eddie ted teddy ned edd
eleanor ellie elly nell nellie ella elle elinor eleanora lena nora elena
elijah eli
elizabeth liz lizzie beth betty bess eliza libby lisa elsie lizzy betsy elisabeth elspeth ellie elzbieta lilibet
emily em emmie emilie millie emilia
emma em emmie
emmanuel manny emanuel
erin eryn
esther essie hester
evangeline evie eva
eve evie eva
evelyn evie eve
ezekiel zeke
faisal faysal feisal
faith fay
farah farrah
fatima fatimah fathima fatma fatoumata faatimah
felicity fliss flick
ferdinand ferdie
fiona fi
florence flo florrie flossie
frances fran francesca frankie fanny francine
francesca fran cesca frankie chess
francis frank frankie fran
franklin frank frankie
frederick fred freddie freddy frederic fredrick
gabriel gabe
gabriella gabby gabi ella gabriela gabrielle bella
gareth gaz garth
gary gaz garry
genevieve gen ginny
geoffrey geoff jeff jeffrey
george georgie geo jorge
georgia georgie gia
georgina georgie gina
gerald gerry jerry
gerard gerry ged gerrard
gillian gill jill gilly jillian
giovanni gio
gordon gord
grace gracie
graham graeme grahame
gregory greg gregor
guy gui
gwendolyn gwen wendy gwendoline
hannah han hana hanna hanah
harold harry hal
harriet hattie harri harry hatty
harrison harry
haroon harun haroun
hassan hasan hassaan
heather heath
helen nell ellie helena elena nellie lena
henrietta hettie etta
henry harry hal hank
hugh hughie huw
hussain hussein husain hussayn husayn
ian iain
ibrahim ebrahim ibraheem
imogen immy immie
imran emran
india indie
irfan erfan
isaac ike zac izaak isaak
isabella bella izzy isabel isabelle belle izzie issy isobel isobelle ella
isabel izzy bella isobel isabelle issy
ismail ismael ishmael esmail
jack jackie jake jacky
jacob jake jakob jakub yaqub jay
jacqueline jackie jacqui jacky jaqueline
jadwiga jadzia
james jim jimmy jamie jay jem
jane janie jayne
janet jan
janice jan
jason jay jase
jasmine jas jazz jasmin yasmin yasmeen jazmin yasmine
jasper jas
jayden jaydon jaiden jaden jay
jean jeanie
jeanette jean jan
jemima jem mima
jennifer jen jenny jenni jenna
jeremiah jerry jem
jeremy jerry jez jem
jessica jess jessie jessy
joan jo joanie
joanna jo jo-anna anna joanne joana
joanne jo joann joanna
jocelyn jos josie
joel jo
john johnny jon jack johnnie ian sean shaun jan
jonathan jon jonny johnathan john jonathon nathan
jordan jord jordy jordon
joseph joe joey jo jozef yusuf yousef
josephine jo josie josey
joshua josh
joyce joy
judith judy jude judi
julian jules
julia julie jules
julie jules
juliet jules julie
kamran kamraan
karen kaz karin karon
karl carl
kathleen kath kathy kate
katarzyna kasia kate
kayleigh kay kayley kaylee
keith kei
kelly kel
kenneth ken kenny
kevin kev
kimberley kim kimberly kimmy
kirsten kirsty
kiran kieran
kyle ky
lance lancelot
latifa latifah
laura lauren laurie lora
lauren laurie loz laura
lawrence larry laurie laurence loz lawrie
layla leila laila leyla
leanne lea
lee leigh li
leo leon lee
leonard len lenny leo
leonardo leo
leslie les lesley
lewis lew louis lou louie
liam william
lillian lily lil lilly lilian
linda lin lindy lynda
louis lou louie lewis
louise lou lulu louisa
lucas luke luca lukas
lucinda lucy cindy
lucy lu luce lucie
lydia lyd
lynne lyn lynn lin
mackenzie mac kenzie
madeleine maddie maddy madeline madelaine madison
madison maddie maddy maddison
mahmood mahmoud mehmood mahmud
malgorzata gosia
malcolm mal
marcus marc mark markus
margaret maggie meg peggy marge margie mags madge greta megan rita
maria mary marie mia
marie mary maria
marian marianne
marjorie marge margie
mark marc markus marek
martha marty matty
martin marty martyn
martina tina
mary may molly polly marie maria mariam miriam
maryam mariam marium mariyam miriam
matilda tilly mattie tilda tillie
matthew matt matty mat mathew mateusz mattie
maureen mo
maurice mo
maxwell max
maximilian max
maximus max
megan meg meghan megs
melanie mel
melissa mel lissa mels
michael mike mick mickey micky mikey mitch michal micheal mikael mikhail
michelle shell chelle michele shelly
mildred millie
millicent millie
miriam mim
mitchell mitch
mohammed mohammad muhammad mohamed muhammed mohamad muhammet mohamud mo mohd md muhamed mahammed mohammod
moses mo moshe musa
mustafa mustapha mustafah
nadia nadya
naomi nomi
natalie nat natalia nattie nathalie
natasha tasha nat tash natascha
nathan nate nath
nathaniel nathan nat nate nath nathanael
neil neal niall nial
nicholas nick nicky nicolas nico nik nikolas
nicola nicky nic nikki nichola nicole
nicole nicky nikki nic nicola
norman norm
oliver ollie oli olly
olivia liv livvy livi ollie olive
omar umar omer
oscar ossie
osman usman uthman othman
owen owain
pamela pam
patricia pat trish tricia patty patsy trisha
patrick pat paddy padraig patryk rick
paul pauly pawel
paula paulette
penelope penny pen
peter pete piotr petros
philip phil phillip pip philippe
philippa pippa pip
phoebe phoebs
phyllis phyl
priscilla cilla
rachel rach rachael rachelle rae raquel
rahim raheem
rashid rasheed
ray raymond
raymond ray
rebecca becky becca bex becki beckie rebekah becs reba
reginald reg reggie
rehan rayhan
rhiannon rhi
rhys reece rees reese
richard rich rick dick ricky richie ricardo
robert rob bob bobby robbie bert robin bobbie
roberta bobbie robbie
robin rob bobby
robyn rob robin
roderick rod rory
rodney rod
roger rog
roland rollo roly
ronald ron ronnie
rosemary rose rosie
rosalind ros rosie
rose rosie rosa
rosie rose
roxanne roxy
rukhsana ruksana
rupert ru
ruth ruthie
ryan rian
sabrina brina
sadia saadia
saima sayma
salma selma
samantha sam sammy sammie
samira sameera
samson sam
samuel sam sammy samual
sandra sandy
sarah sara sally sadie sarra
scarlett scarlet lettie
scott scotty
sean shaun shawn shane
sebastian seb bas baz
serena reena
shahid shaheed
shannon shan
sharon shaz shaza
shaikh sheikh
sidney sid sydney
simon si sy
simone mona
sofia sophia sofie sophie zofia
sophia sophie sofia soph sofie
sophie soph sofie sophia
stanley stan
stephanie steph stef stefanie steffi stephany
stephen steve steven stevie steph stefan szczepan
stuart stu stewart
susan sue susie suzy suzie suzanne susanna susannah zuzanna
suzanne sue suzy suzie susan
sylvester sly
sylvia sylvie silvia
syed sayed sayeed saiyed said saeed
tabitha tabby
tahir taher
tamara tammy
tamsin tamzin tam tasmin
tanya tania tatiana
taylor tay tayla
terence terry tel terrance terrence
teresa terri tess tessa terry theresa tracy
thaddeus thad
theodora thea dora theo
theodore theo ted teddy theodor
theresa tess terri tessa teresa tracy
thomas tom tommy thom tomas tomasz
timothy tim timmy
tobias toby tobi
tobin toby
toby tobias
tracey tracy trace
trevor trev
tyler ty
umer umar
ursula ursa
usama osama
valentina tina val
valerie val
vanessa ness nessa
veronica ronnie vera roni
victor vic
victoria vicky vicki tori vikki vickie vic toria
vincent vin vince vinnie
virginia ginny ginnie
vivian viv vivienne
wallace wally
walter walt wally
waqas wakas
wendy wen
wilfred wilf wilfrid
william will bill billy willie liam wills
winifred winnie freda
yasmin yas yasmeen yasmine jasmin
yousaf yusuf yousuf yusef yousef youssef yusaf
yvonne evonne
zachary zach zac zak zack zachariah zakariya zakaria
zainab zaynab zeinab
zara zahra zarah zaara
zoe zoey zoë
"""

#: Sounds, in the order in which they are replaced. What sounds alike in English mouths is written alike.
_SOUNDS = (
    ("^(kn|gn|pn)", "n"), ("^wr", "r"), ("^ps", "s"), ("^x", "s"), ("^wh", "w"), ("^rh", "r"), ("^mc|^mac", "mk"),
    ("tch", "C"), ("sch", "s"), ("ch|cz|sz", "C"), ("sh", "s"), ("ph", "f"), ("gh([^aeiouy]|$)", "$1"), ("gh", "g"),
    ("ck|kh|q", "k"), ("c([eiy])", "s$1"), ("c", "k"), ("dg([eiy])", "j$1"), ("g([eiy])", "j$1"), ("dh", "d"),
    ("th", "t"), ("x", "ks"), ("z", "s"), ("v", "f"), ("w", "u"), ("mps", "ms"), ("mb$", "m"), ("^[aeiouy]+", "a"),
    ("(.)[aeiouyh]+", "$1"),
)  # fmt: skip


@cache
def nickname_groups() -> dict[str, tuple[int, ...]]:
    """The groups that each form belongs to, by number."""
    groups: dict[str, list[int]] = {}
    for number, line in enumerate(_GROUPS.split("\n")):
        for form in line.split():
            groups.setdefault(form, []).append(number)
    return {form: tuple(numbers) for form, numbers in groups.items()}


@cache
def _fullest() -> dict[str, str]:
    full: dict[str, str] = {}
    for line in _GROUPS.split("\n"):
        forms = line.split()
        for form in forms:
            full.setdefault(form, forms[0])
    return full


def plain(text: str | None) -> str | None:
    """Small letters a to z with single spaces: accents, case, apostrophes and stops taken off. None for nothing left.

    >>> plain("  Zoë-Anne  O’Brien ")
    'zoe anne obrien'
    """
    if text is None:
        return None
    letters = []
    for character in unicodedata.normalize("NFKD", text.casefold()):
        if character.isalpha():
            letters.append(_SPELT.get(character, character))
        elif character in "'’`´ʼ." or unicodedata.combining(character):
            continue
        else:
            letters.append(" ")
    return " ".join("".join(letters).split()) or None


_SPELT = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}


def distinct(column: pl.Series, function: object, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Apply a Python function once for each distinct text of a column."""
    import polars as pl

    words = column.drop_nulls().unique()
    values = pl.Series([function(word) for word in words.to_list()], dtype=dtype)  # type: ignore[operator]
    table = pl.DataFrame({"word": words, "value": values})
    return pl.DataFrame({"word": column}).join(table, on="word", how="left", maintain_order="left")["value"]


def sound(column: pl.Expr) -> pl.Expr:
    """A key that names with one sound share: ``smith`` and ``smyth``, ``catherine`` and ``kathryn``."""
    import polars as pl

    for pattern, instead in _SOUNDS:
        column = column.str.replace_all(pattern, instead.replace("$1", "${1}"))
    # A letter that follows itself is heard once. The pattern language has no back reference, hence one for each letter.
    for letter in "bcdfgklmnprstuy":
        column = column.str.replace_all(f"{letter}{letter}+", letter)
    return pl.when(column.str.len_chars() > 0).then(column)


def near_forms(first: pl.Series) -> pl.Series:
    """The groups of each forename, and of the known forms that are one letter away from it."""
    import polars as pl
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    groups = nickname_groups()
    forms = [form for form in groups if len(form) > 2]
    words = [word for word in first.drop_nulls().unique().sort().to_list() if len(word) > 1]
    near: list[list[int]] = []
    for start in range(0, len(words), 1000):
        some = words[start : start + 1000]
        close = cdist(some, forms, scorer=OSA.distance, score_cutoff=1) <= 1
        for word, row in zip(some, close, strict=True):
            found = set(groups.get(word, ()))
            for place in row.nonzero()[0]:
                found.update(groups[forms[place]])
            near.append(sorted(found))
    table = pl.DataFrame({"word": pl.Series(words, dtype=pl.String), "value": pl.Series(near, dtype=pl.List(pl.Int32))})
    table = table.filter(pl.col("value").list.len() > 0)
    return pl.DataFrame({"word": first}).join(table, on="word", how="left", maintain_order="left")["value"]


def fullest(name: str) -> str:
    """The first full form that a short form stands for; any other name as it is."""
    return _fullest().get(name, name)
