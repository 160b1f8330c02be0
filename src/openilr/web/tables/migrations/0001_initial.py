from django.db import migrations, models

import openilr.web.tables.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SharedTable",
            fields=[
                (
                    "token",
                    models.CharField(
                        default=openilr.web.tables.models._token,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("title", models.CharField(max_length=500)),
                ("data_set", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("address", models.TextField()),
                ("table", models.JSONField()),
                ("cells", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
            ],
        ),
    ]
