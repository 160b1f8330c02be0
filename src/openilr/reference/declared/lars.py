"""The Learning Aim Reference Service: a zip or folder of CSV files, one to a table.

Column names and keys: LARS download, schema versions 9 to 12, and the schema of ``DC-Data-LARS``.
"""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

_SOURCE = "LARS downloads (Submit Learner Data, learning aims)"


def _lars(name: str, title: str, files: str, columns: str, sort: str = "") -> Table:
    return Table(name, title, _SOURCE, (files,), columns_of(columns), sort=sort)


TABLES = (
    _lars(
        "lars",
        "Learning aims",
        "learningdeliver(?:y|ies)",
        """
        LearnAimRef                    key text
        EffectiveFrom                  date
        EffectiveTo                    date
        LearnAimRefTitle               text
        LearnAimRefType                     code4
        NotionalNVQLevel               text
        NotionalNVQLevelv2                  text
        AwardOrgAimRef                 text
        AwardOrgCode                   text
        CertificationEndDate           date
        OperationalStartDate           date
        OperationalEndDate             date
        EnglandFEHEStatus              text
        FrameworkCommonComponent       int      = commoncomponent
        EntrySubLevel                  text
        SuccessRateMapCode             text
        EnglPrscID                     int
        UnitType                       text
        LearningDeliveryGenre          text
        OfQualOfferedEngland           int
        RgltnStartDate                 date
        AccessHEIndicator              int
        KeySkillsIndicator             int
        FunctionalSkillsIndicator      int
        GCEIndicator                   int
        GCSEIndicator                  int
        ASLevelIndicator               int
        A2LevelIndicator               int
        ALevelIndicator                int
        QCFIndicator                   int
        QCFDiplomaIndicator            int
        QCFCertificateIndicator        int
        EFACOFType                     int
        SFAFundedIndicator             int
        DanceAndDramaIndicator         int
        RegulatedCreditValue           int
        SectorSubjectAreaTier1         decimal
        SectorSubjectAreaTier2         decimal
        GuidedLearningHours            int
        TotalQualificationTime         int
        RecognisedHEForOfSFundingPurposes  int
        """,
    ),
    _lars(
        "lars_annual_value",
        "Basic skills and entitlements of learning aims, by date",
        "annualvalues?",
        """
        LearnAimRef                    key text
        EffectiveFrom                  key date
        EffectiveTo                    date
        BasicSkills                    int
        BasicSkillsBroadType           int
        BasicSkillsType                     int
        BasicSkillsParticipation       int
        FullLevel2EntitlementCategory  int
        FullLevel2Percent              decimal
        FullLevel3EntitlementCategory  int
        FullLevel3Percent              decimal
        OfQualValid19Plus              int
        SfaApprovalStatus              int
        """,
    ),
    _lars(
        "lars_validity",
        "When learning aims may be started and funded, by validity category",
        "validit(?:y|ies)",
        """
        LearnAimRef                    key text
        ValidityCategory               key text
        StartDate                      key date
        EndDate                             date
        LastNewStartDate                    date
        """,
    ),
    _lars(
        "lars_category",
        "Categories that learning aims are in",
        "learningdeliverycategor(?:y|ies)",
        """
        LearnAimRef                    key text
        CategoryRef                    key int
        EffectiveFrom                  key date
        EffectiveTo                    date
        """,
    ),
    _lars(
        "lars_category_name",
        "What the category numbers mean",
        "categor(?:y|ies)",
        """
        CategoryRef                    key int
        ParentCategoryRef              int
        CategoryName                        text
        Target                         text
        EffectiveFrom                  date
        EffectiveTo                    date
        """,
    ),
    _lars(
        "lars_funding",
        "Funding rates of learning aims",
        "fundings?",
        """
        LearnAimRef                    key text
        FundingCategory                key? text
        EffectiveFrom                  key date
        EffectiveTo                    date
        RateWeighted                   decimal
        RateUnWeighted                 decimal
        WeightingFactor                text
        AdultSkillsFundingBand         text
        FundedGuidedLearningHours      int
        """,
    ),
    _lars(
        "lars_framework",
        "Apprenticeship frameworks and T Level pathways",
        "frameworks?",
        """
        FworkCode                      key int
        ProgType                       key int
        PwayCode                       key int
        PathwayName                    text
        EffectiveFrom                  date
        EffectiveTo                         date
        SectorSubjectAreaTier1         decimal
        SectorSubjectAreaTier2         decimal
        NASTitle                       text
        IssuingAuthorityTitle          text
        """,
    ),
    _lars(
        "lars_framework_aims",
        "Learning aims of frameworks and T Level pathways",
        "frameworkaims?",
        """
        FworkCode                      key int
        ProgType                       key int
        PwayCode                       key int
        LearnAimRef                    key text
        EffectiveFrom                  key date
        EffectiveTo                    date
        FrameworkComponentType         int
        """,
        sort="LearnAimRef",
    ),
    _lars(
        "lars_framework_common_component",
        "Common components that frameworks ask for",
        "framework(?:common|cmn)comp(?:onents?)?",
        """
        FworkCode                      key int
        ProgType                       key int
        PwayCode                       key int
        CommonComponent                key int   = frameworkcommoncomponent
        EffectiveFrom                  key date
        EffectiveTo                    date
        MinLevel                       text
        """,
    ),
    _lars(
        "lars_standard",
        "Apprenticeship standards",
        "standards?",
        """
        StandardCode                   key int
        Version                        key? decimal
        ApprenticeshipStandardTypeCode text
        StandardName                   text
        StandardSectorCode             text
        NotionalEndLevel                    text
        EffectiveFrom                       date
        LastDateStarts                      date
        EffectiveTo                         date
        Reference                      text     = standardreference | larsreference
        SectorSubjectAreaTier1         decimal
        SectorSubjectAreaTier2         decimal
        IntegratedDegreeStandard       text
        OtherBodyApprovalRequired      text
        """,
    ),
    _lars(
        "lars_standard_aims",
        "Learning aims of apprenticeship standards",
        "standardaims?",
        """
        StandardCode                   key int
        LearnAimRef                    key text
        EffectiveFrom                  key date
        EffectiveTo                    date
        StandardComponentType          int
        """,
    ),
    _lars(
        "lars_standard_funding",
        "Funding bands of apprenticeship standards",
        "standardfundings?",
        """
        StandardCode                   key int
        FundingCategory                key? text
        EffectiveFrom                  key date
        EffectiveTo                    date
        BandNumber                     int
        CoreGovContributionCap              decimal
        1618Incentive                  decimal
        SmallBusinessIncentive         decimal
        AchievementIncentive           decimal
        FundableWithoutEmployer        text
        """,
    ),
    _lars(
        "lars_standard_common_component",
        "Common components that standards ask for",
        "standard(?:common|cmn)comp(?:onents?)?",
        """
        StandardCode                   key int
        CommonComponent                key int
        EffectiveFrom                  key date
        EffectiveTo                    date
        MinLevel                       text
        """,
    ),
    _lars(
        "lars_standard_validity",
        "When apprenticeship standards may be started and funded, by validity category",
        "standardvalidit(?:y|ies)",
        """
        StandardCode                   key int
        ValidityCategory               key text
        StartDate                      key date
        EndDate                        date
        LastNewStartDate               date
        """,
    ),
    _lars(
        "lars_apprenticeship_funding",
        "Funding bands of apprenticeships, standards and frameworks together",
        "apprenticeshipfundings?",
        """
        ApprenticeshipType             key text
        ApprenticeshipCode             key int
        ProgType                       key int
        PwayCode                       key int
        FundingCategory                key? text
        EffectiveFrom                  key date
        EffectiveTo                    date
        BandNumber                     int
        CoreGovContributionCap         decimal
        Duration                       decimal
        MaxEmployerLevyCap             decimal
        FundableWithoutEmployer        text
        """,
    ),
    _lars(
        "lars_section96",
        "Approval of qualifications for learners under 19",
        "section96",
        """
        LearnAimRef                    key text
        EffectiveFrom                  key date
        EffectiveTo                    date
        Section96ApprovalStatus        int
        Section96ApprovalStartDate     date
        Section96ReviewDate            date
        Section96ValidPre16            int
        Section96Valid16to18           int
        Section96Valid18plus           int
        """,
    ),
    _lars(
        "lars_version",
        "Edition of the LARS download",
        "version",
        """
        MajorNumber                    key int
        MinorNumber                    key int
        MaintenanceNumber              key int
        ActivationDate                 must date
        ExpiryDate                     date
        Description                    text
        """,
    ),
)
