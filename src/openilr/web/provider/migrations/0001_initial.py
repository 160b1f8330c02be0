from django.db import migrations, models

import openilr.web.provider.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "token",
                    models.CharField(
                        default=openilr.web.provider.models._token,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("finished", models.DateTimeField(null=True)),
                ("by", models.CharField(max_length=150)),
                ("ukprn", models.PositiveIntegerField()),
                ("file", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("return_name", models.CharField(max_length=3)),
                ("send", models.BooleanField()),
                ("status", models.CharField(default="waiting", max_length=10)),
                ("learners_checked", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("accepted", models.BooleanField(null=True)),
                ("sentence", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("-made",),
            },
        ),
    ]
