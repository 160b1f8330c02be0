"""Postcodes, who funds adult learners there, and deprivation.

Column names: ONS Postcode Directory and National Statistics Postcode Lookup user guides (the year in a name changes
with each edition, so it is left off here), GOV.UK "Adult skills fund (ASF) postcode files", and File 7 of the English
Indices of Deprivation 2019 and 2025.
"""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

TABLES = (
    Table(
        "postcodes",
        "Postcodes of the United Kingdom, live and terminated",
        "ONS Postcode Directory (ONSPD) or National Statistics Postcode Lookup (NSPL), Open Geography portal",
        (
            r"postcodes|onspd(?:[a-z]{3}\d{2,4}|\d{4}[a-z]{3}|[a-z]+\d{4})?(?:uk)?",
            r"nspl(?:\d\d)?(?:[a-z]{3,9}\d{2,4})?(?:uk)?",
        ),
        columns_of(r"""
        pcds        key postcode  = pcd8 | pcd7 | pcd2? | postcode
        dointr      month         = introduction
        doterm           month    = termination
        usertype    int           = usrtypind
        oseast1m    int           = east1m
        osnrth1m    int           = north1m
        gridind     int           = osgrdind
        ctry        text          = ctry\d\dcd | country
        rgn         text          = rgn\d\dcd | gor
        lad         text          = lad\d\dcd | laua | oslaua | localauthority
        ward        text          = wd\d\dcd | osward
        pcon        text          = pcon\d\dcd
        ttwa        text          = ttwa\d\dcd
        lsoa21      text          = lsoa21cd
        lsoa11      text          = lsoa11cd
        msoa21      text          = msoa21cd
        lat         decimal
        long        decimal
        imd         int           = imd\d\dind
        ruc21       text          = ruc21ind
        """),
        parts=(r"onspd[a-z0-9]*uk[a-z]{1,2}", r"nspl[a-z0-9]*uk[a-z]{1,2}"),
        licence="Open Government Licence v3.0, naming Ordnance Survey, Royal Mail and National Statistics; a licence "
        "of their own for commercial use of postcodes of Northern Ireland",
    ),
    Table(
        "devolved_postcodes",
        "Which body funds adult skills for people living at a postcode",
        "Adult skills fund (ASF) postcode files, GOV.UK",
        (
            r"complete(?:asf|aeb)postcodedataset|devolvedpostcodes?|(?:aeb|asf)postcodes?|postcodes(?:aeb|asf|mcaglasof)(?:postcodes)?",
            r"devolved(?:asf|aeb)postcodedataset",
        ),
        columns_of(r"""
        Postcode         key postcode  = pcds? | learningstartdatepostcode
        SourceOfFunding  key code3     = sof | sofcode | sourceoffundingcode | fundingsource
        EffectiveFrom    key? date     = startdate | validfrom
        EffectiveTo      date          = enddate | validto
        Area             text          = areacode | area | areaname
        """),
        parts=(r"\w*(?:asf|aeb)postcode(?:dataset|s|files?)\w*", r"spreadsheetfriendly\w*postcode\w*"),
    ),
    Table(
        "deprivation",
        "Indices of deprivation by small area",
        "English Indices of Deprivation, File 7: all ranks, scores, deciles and population denominators, GOV.UK",
        (r"file7\w*", r"\w*ind(?:ex|ices)ofdeprivation\w*", r"iod\d*\w*|imd\d*\w*|deprivation"),
        columns_of(r"""
        LSOA            key text     = lsoacode\d{4} | lsoa\d\dcd | lsoacode
        LSOAName        text         = lsoaname\d{4} | lsoa\d\dnm
        LAD             text         = localauthoritydistrictcode\d{4} | lad\d\dcd
        IMDScore        decimal      = indexofmultipledeprivationimdscore
        IMDRank         int          = indexofmultipledeprivationimdrank\w* | imdrank\w*
        IMDDecile       must int     = indexofmultipledeprivationimddecile\w* | imddecile\w*
        IncomeDecile    int          = incomedecile\w*
        EmploymentDecile  int        = employmentdecile\w*
        EducationDecile   int        = educationskillsandtrainingdecile\w*
        HealthDecile    int          = healthdeprivationanddisabilitydecile\w*
        CrimeDecile     int          = crimedecile\w*
        HousingDecile   int          = barrierstohousingandservicesdecile\w*
        EnvironmentDecile int        = livingenvironmentdecile\w*
        IDACIDecile     int          = incomedeprivationaffectingchildrenindexidacidecile\w*
        IDAOPIDecile    int          = incomedeprivationaffectingolderpeopleidaopidecile\w*
        Population      int          = totalpopulation\w*
        """),
    ),
    Table(
        "combined_authorities",
        "Which combined authority a district is in",
        "Local Authority District to Combined Authority lookup, Open Geography portal, Office for National Statistics",
        (
            r"(?:lad|localauthoritydistrict)\w*to(?:cauth|combinedauthorit)\w*",
            r"(?:lad\d*cauth\w*|combinedauthorit(?:y|ies))",
        ),
        columns_of(r"""
        LAD             key text     = lad\d\dcd
        LADName         text         = lad\d\dnm
        CAUTH           must text    = cauth\d\dcd
        Name            text         = cauth\d\dnm
        """),
    ),
)
