from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("owner", models.CharField(max_length=150, primary_key=True, serialize=False)),
                ("project", models.CharField(blank=True, max_length=20)),
                ("content", models.JSONField(default=dict)),
                ("changed", models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
