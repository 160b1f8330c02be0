from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tables", "0001_initial")]

    operations = [
        migrations.AddField("sharedtable", "featured", models.CharField(blank=True, default="", max_length=120)),
    ]
