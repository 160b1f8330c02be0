"""Providers, schools, employers, end-point assessment organisations, contracts and registers of providers.

Column names: ``DC-Data-Organisations`` (organisation tables), the APAR and RoATP downloads, Get Information about
Schools, and the field names in the validation rules of 2025-26 and 2026-27. Where an owner publishes no layout, the
layout is OpenILR's own (``own_layout``).
"""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

_ORGANISATION = "Organisation reference data of the Department for Education (Org_Details)"

TABLES = (
    Table(
        "organisations",
        "Organisations with a UKPRN and their legal type",
        _ORGANISATION,
        (r"orgdetails?", r"organisations?(?:details?)?"),
        columns_of(r"""
        UKPRN            key int
        Name             text       = orgname | organisationname | legalname | namelegal | providername
        LegalOrgType          text  = legalorganisationtype | organisationtype
        Status           text       = organisationstatus
        LongTermResid    int        = longtermresidential
        HESAProvider     bool
        Postcode         postcode
        """),
        own_layout=True,
    ),
    Table(
        "organisation_partners",
        "UKPRNs that may be returned as partner, pre-merger or previous provider",
        "Organisation reference data of the Department for Education (Org_PartnerUKPRN)",
        (r"orgpartnerukprns?", r"(?:organisation)?partnerukprns?|organisationpartners?"),
        columns_of(r"""
        UKPRN            key int    = partnerukprn
        NameLegal        text       = name | legalname
        EffectiveFrom    key? date
        EffectiveTo      date
        """),
        own_layout=True,
    ),
    Table(
        "organisation_funding",
        "Funding factors of organisations",
        "Organisation reference data of the Department for Education (Org_Funding)",
        (r"org(?:anisation)?fundings?",),
        columns_of(r"""
        UKPRN               key int
        FundModelName       text
        FundingFactor       key text
        FundingFactorType   key text
        FundingFactorValue  must text
        EffectiveFrom       key? date
        EffectiveTo         date
        """),
        own_layout=True,
    ),
    Table(
        "campus_identifiers",
        "Campuses and the provider that each belongs to",
        "Campus identifiers (CampID), GOV.UK",
        (r"campus(?:identifiers?|ids?)?(?:list|table)?", r"campids?"),
        columns_of(r"""
        CampId           key text   = campusidentifier | campusid | campid
        MasterUKPRN      key int    = ukprn
        OriginalUKPRN    int
        Name             text       = campusname
        EffectiveFrom    key? date   = startdate | validfrom
        EffectiveTo      date       = enddate | validto
        """),
        own_layout=True,
    ),
    Table(
        "providers",
        "Registered providers: names by UKPRN",
        "UK Register of Learning Providers export, or Apprenticeship provider and assessment register (APAR)",
        (r"ukrlp\w*|providers?(?:list)?|learningproviders?", r"apar\w*|roatp\w*"),
        columns_of(r"""
        UKPRN            key int    = unitedkingdomproviderreferencenumber
        Name             must text  = providername | legalname | organisationname
        Status           text       = providerstatus | providernotcurrentlystartingnewapprentices
        ApplicationType  text       = providertype
        StartDate        date
        ApplicationDeterminedDate  date
        Postcode         postcode
        """),
    ),
    Table(
        "schools",
        "Schools and colleges",
        "Get Information about Schools, all establishment data (edubasealldata), GOV.UK",
        (r"edubasealldata", r"schools|establishments"),
        columns_of(r"""
        URN                    key int
        LA                     text       = lacode
        EstablishmentNumber    text
        EstablishmentName      must text
        TypeOfEstablishment    text       = typeofestablishmentcode
        TypeOfEstablishmentName  text     = typeofestablishmentname
        EstablishmentStatus    text       = establishmentstatuscode
        OpenDate               date
        CloseDate              date
        PhaseOfEducation       text       = phaseofeducationcode
        StatutoryLowAge        int
        StatutoryHighAge       int
        Gender                 text       = gendercode
        OfficialSixthForm      text       = officialsixthformcode
        UKPRN                  int
        FurtherEducationType   text       = furthereducationtypename
        Postcode               postcode
        GOR                    text       = gorcode
        DistrictAdministrative text       = districtadministrativecode
        Easting                int
        Northing               int
        LSOA                   text       = lsoacode
        """),
    ),
    Table(
        "employers",
        "Employer identifiers",
        "Employer Data Service (EDRS): look-ups, or a list kept by the provider",
        (),
        columns_of(r"""
        ERN              key int    = edrs | empid | employerid | edsurn | employerreferencenumber | urn
        Name             text       = employername | companyname
        Postcode         postcode
        """),
        parts=(r"employers?(?:list)?\w*", r"edrs\w*", r"erns?"),
        own_layout=True,
    ),
    Table(
        "epa_organisations",
        "End-point assessment organisations and the standards that they assess",
        "Apprenticeship provider and assessment register: assessment organisations and their standards",
        (r"epao\w*|epaorganisations?|epareferencedata\w*|assessmentorganisations?\w*|endpointassessment\w*",),
        columns_of(r"""
        EPAOrgID         key text   = epa(?:o|organisation)(?:id)? | endpointassess\w*id | organisationid
        StandardCode     key int    = standard | stdcode | larscode | larsstandardcode
        Name             text       = organisationname | epaoname
        EffectiveFrom    key? date   = startdate | effectivefromdate
        EffectiveTo      date       = enddate | effectivetodate
        """),
        own_layout=True,
    ),
    Table(
        "contract_allocations",
        "Funding allocations of providers (FCT)",
        "Funding claims and contracts of the Department for Education: a list kept by the provider",
        (),
        columns_of(r"""
        DeliveryUKPRN              key int    = ukprn
        FundingStreamPeriodCode    key text   = fspcode | fundingstreamperiod | fundingstreamcode
        ContractAllocationNumber   key? text  = contract(?:allocation|reference|number) | allocationnumber
        StartDate                  key? date
        EndDate                    date
        StopNewStartsFromDate      date       = stopnewstarts | stopnewstartsdate
        """),
        parts=(r"contractallocations?\w*", r"allocations?", r"fct\w*|fcs\w*"),
        own_layout=True,
    ),
    Table(
        "contract_deliverables",
        "Deliverables of funding allocations",
        "Funding claims and contracts of the Department for Education: a list kept by the provider",
        (),
        columns_of(r"""
        ContractAllocationNumber   key text   = contract(?:allocation|reference|number) | allocationnumber
        DeliverableCode            key text   = deliverable
        Description                text
        """),
        parts=(r"contractdeliverables?\w*", r"deliverables?"),
        own_layout=True,
    ),
    Table(
        "skills_bootcamp_contracts",
        "Contract references of Skills Bootcamps",
        "Skills Bootcamps contracts of the Department for Education: a list kept by the provider",
        (),
        columns_of(r"""
        ILRContractRefNumber       key text   = conrefnumber | contractrefnumber | contractreference
        UKPRN                      int
        StartDate                  date
        EndDate                    date
        """),
        parts=(r"skillsbootcamps?contracts?\w*", r"bootcamps?(?:contracts?)?"),
        own_layout=True,
    ),
    Table(
        "short_term_funding",
        "Short-term funding initiatives, by provider",
        "Short-term funding initiatives of the Department for Education",
        (r"shortterm(?:funding)?(?:initiatives?)?",),
        columns_of(r"""
        UKPRN            key int
        LDMCode          key code3  = ldm | learningdeliverymonitoringcode
        Reason           text
        EffectiveFrom    key? date   = startdate
        EffectiveTo      date       = enddate
        """),
        own_layout=True,
    ),
    Table(
        "office_for_students",
        "Providers on the Office for Students register",
        "The OfS Register, Office for Students",
        (r"officeforstudents\w*|ofs(?:register|providers?)?\w*|theofsregister\w*|registerdownload\w*",),
        columns_of(r"""
        UKPRN                    key int   = providerukprn | ukprnukproviderreferencenumber
        Name                     text      = legalname | provider | providername | registeredname | providerslegalname
        HEFundingFieldsRequired  bool      = hefundingfields
        EffectiveFrom            date      = dateofregistration | registrationdate
        EffectiveTo              date
        """),
    ),
    Table(
        "apprenticeship_service",
        "What each provider may deliver, by course",
        "Apprenticeship service: provider courses",
        (r"apprenticeshipservice(?:providers?|courses?)*",),
        columns_of(r"""
        UKPRN            key int    = asukprn
        CourseType       key text   = ascoursetype
        LARSCode         key text   = aslarscode | learnaimref | standardcode | code
        Status           must text  = asstatus
        EffectiveFrom    key? date   = aseffectivefrom
        EffectiveTo      date       = aseffectiveto
        LastDateStarts   date       = aslastdatestarts | lastdatefornewstarts
        """),
        own_layout=True,
    ),
    Table(
        "apprenticeship_ages",
        "Ages for which apprenticeship standards are funded",
        "Apprenticeship service: age eligibility of standards",
        (r"apprenticeship(?:service)?age(?:s|eligibility|limits?)|appserageeligibility",),
        columns_of(r"""
        StandardCode     key int    = stdcode | larscode
        MinimumAge       int        = ageminimum | minage
        MaximumAge       must int   = agemaximum | maxage
        EffectiveFrom    key? date
        EffectiveTo      date
        """),
        own_layout=True,
    ),
    Table(
        "short_courses",
        "Short courses and apprenticeship units that may be funded",
        "Apprenticeship service: short courses",
        (r"shortcourses?(?:register|list)?|apprenticeshipunits?",),
        columns_of(r"""
        LARSCode         key text   = learnaimref | code | larslearnaimref
        CourseType       text
        Title            text       = name | coursename
        EffectiveFrom    key? date
        EffectiveTo      date
        LastDateStarts   date
        """),
        own_layout=True,
    ),
)
