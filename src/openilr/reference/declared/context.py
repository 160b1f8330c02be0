"""Sources beside the ILR: the register of qualifications, the apprenticeship service, the labour market.

Column names: Ofqual's register downloads; Nomis observation files (``NM_17_1`` is the Annual Population Survey); the
download of subjects from the career pathways dashboard of the Unit for Future Skills. The apprenticeship service and
the projections of Skills Imperative 2035 have no settled CSV, so their layout is OpenILR's.
"""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

TABLES = (
    Table(
        "qualifications",
        "Regulated qualifications",
        "Register of Regulated Qualifications, Ofqual",
        (r"qualifications|ofqual(?:register)?qualifications?\w*",),
        columns_of(r"""
        QualificationNumber    key text
        QualificationTitle     text
        OwnerOrganisationName  text
        QualificationLevel     text
        QualificationType      text
        QualificationSSA       text
        QualificationStatus    text
        OperationalStartDate   date
        OperationalEndDate     date
        CertificationEndDate   date
        GuidedLearningHours    int
        TotalQualificationTime int
        OfferedInEngland       bool
        """),
    ),
    Table(
        "apprenticeship_records",
        "Apprenticeships as the apprenticeship service knows them",
        "Apprenticeship service: the provider's own download",
        (),
        columns_of(r"""
        UKPRN            key int
        ULN              key long    = uniquelearnernumber
        StandardCode     key int     = stdcode | larscode | coursecode
        StartDate        key? date   = trainingstartdate | startsonmonth
        PlannedEndDate   date        = trainingenddate | endsonmonth | plannedtrainingenddate
        StoppedDate      date        = stopdate
        AgreedPrice      decimal     = totalagreedapprenticeshipprice | totalprice | cost | price
        Status           text        = apprenticeshipstatus
        """),
        parts=(r"apprenticeship(?:service)?(?:records|data|commitments|details)\w*", r"manageapprentices?\w*"),
        personal=True,
        own_layout=True,
        licence="personal data: for the provider and the Department only",
    ),
    Table(
        "labour_market",
        "Estimates about areas from surveys and registers of the labour market",
        "Nomis, Office for National Statistics: observations as downloaded (CSV)",
        (),
        columns_of(r"""
        Date             key text    = datename | datecode
        GeographyCode    key text
        GeographyName    text
        VariableName     key text    = cellname | itemname | industryname | occupationname | variable
        Measure          key text    = measuresname | measurename | measures
        Value            decimal     = obsvalue
        Status           text        = obsstatus | obsstatusname
        """),
        parts=(r"nomis\w*", r"nm\d+\w*", r"labourmarket\w*"),
    ),
    Table(
        "career_pathways",
        "Subjects, levels and earnings of employees by industry and region",
        "Career pathways: post-16 qualifications held by employees, Unit for Future Skills, Department for Education",
        (),
        columns_of(r"""
        Region           key text
        Sector           key text    = industrysector
        Subsector        key? text
        Level            key text    = qualificationlevel | levelorder
        Subject          key text    = subjectstudied
        Employees        text        = volumeemployees | numberstudentssub
        Proportion       text        = perc
        MedianEarnings   text        = medianincome
        Year             text        = taxyear | timeperiod
        """),
        parts=(r"careerpathways?\w*", r"subjects?byindustry\w*", r"unitforfutureskills\w*"),
    ),
    Table(
        "forecasts",
        "Projections of jobs by occupation, industry or qualification",
        "Skills Imperative 2035 (successor to Working Futures), National Foundation for Educational Research: "
        "taken out of its workbooks",
        (),
        columns_of(r"""
        Area             key text    = areacode | geographycode
        Kind             key text    = breakdown
        Item             key text    = name | occupation | industry | qualification
        Year             key int
        Value            decimal     = employment | jobs
        """),
        parts=(r"skillsimperative\w*", r"workingfutures\w*", r"forecasts?"),
        own_layout=True,
        licence="Open Government Licence v3.0, as stated by its publisher",
    ),
)
