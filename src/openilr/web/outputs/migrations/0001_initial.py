from django.db import migrations, models

import openilr.web.outputs.models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "token",
                    models.CharField(
                        default=openilr.web.outputs.models._token,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("project", models.CharField(max_length=20)),
                ("by", models.CharField(max_length=150)),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("file", models.CharField(max_length=120)),
                ("script", models.TextField(blank=True)),
                ("status", models.CharField(default="waiting", max_length=10)),
                ("sentence", models.TextField(blank=True)),
                ("run", models.CharField(blank=True, max_length=10)),
            ],
            options={"ordering": ("-made",)},
        ),
    ]
