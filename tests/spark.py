"""Spark for the few rows of a test: what makes it ready for many costs more here than all the answers.

To be imported before the first session: Java then compiles less, and a plan is made once, not again after every step.
The same code runs on the same rows.
"""

import os

_OPTIONS = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.files.openCostInBytes": "1024",
}
os.environ.setdefault(
    "PYSPARK_SUBMIT_ARGS", " ".join(f'--conf "{name}={value}"' for name, value in _OPTIONS.items()) + " pyspark-shell"
)
