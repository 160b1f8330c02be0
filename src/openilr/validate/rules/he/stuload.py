"""PCOLAB and STULOAD: how much of the aim others teach, and how much of a full-time year it is."""

from openilr.validate.rules.he.questions import must_be_returned

must_be_returned("PCOLAB_01", "PCOLAB", "The percentage that others teach",
                 "the aim has a partner (PartnerUKPRN) and started on or after 1 August 2013",
                 lambda he: (he.LearnStartDate >= "2013-08-01") & he.PartnerUKPRN.known, """
    LearnStartDate | PartnerUKPRN | PCOLAB | fires | why
    2013-08-01     | 10000002     |        | yes   | first day
    2013-07-31     | 10000002     |        | no    | the day before
    2025-09-01     | 10000002     | 50.0   | no    | returned
    2025-09-01     |              |        | no    | no partner
""")  # fmt: skip
must_be_returned("STULOAD_04", "STULOAD", "The full-time equivalent of the year",
                 "the aim started on or after 1 August 2013", lambda he: he.LearnStartDate >= "2013-08-01", """
    LearnStartDate | STULOAD | fires | why
    2013-08-01     |         | yes   | first day
    2013-07-31     |         | no    | the day before
    2025-09-01     | 100.0   | no    | returned
""")  # fmt: skip
