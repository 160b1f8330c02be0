from django.db import migrations, models

import openilr.web.public.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "token",
                    models.CharField(
                        default=openilr.web.public.models._token,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(max_length=200)),
                ("wanted", models.TextField(max_length=4000)),
                ("purpose", models.TextField(max_length=2000)),
                ("status", models.CharField(default="open", max_length=10)),
                ("answer", models.TextField(blank=True)),
                ("table", models.JSONField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=150)),
                ("answered", models.DateTimeField(null=True)),
            ],
        ),
    ]
