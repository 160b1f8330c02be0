"""Atom feeds of what was published and corrected, so that nobody has to come back and look."""

from __future__ import annotations

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from openilr.publish.datasets import DataSet, Publication, Version
from openilr.web.datasets import library
from openilr.web.public.views import updates

#: Versions in a feed.
MOST = 50

Update = tuple[str, DataSet, Version]


class Updates(Feed):
    """Versions of all data sets, or of one publication's, the newest first."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str | None = None) -> Publication | None:  # noqa: ARG002 - Django's
        found = next((p for p in library().publications() if p.slug == slug), None)
        if slug is not None and found is None:
            raise Http404
        return found

    def title(self, of: Publication | None) -> str:
        return f"{of.title}: updates" if of else "Further education and skills statistics: updates"

    def link(self, of: Publication | None) -> str:
        return reverse("public:publication", args=[of.slug]) if of else reverse("public:home")

    def items(self, of: Publication | None) -> list[Update]:
        return updates(library().data_sets(of.id if of else None), MOST)

    def item_title(self, item: Update) -> str:
        _, d, v = item
        return f"{d.title}, version {v.public}"

    def item_description(self, item: Update) -> str:
        _, d, v = item
        return v.notes or d.summary

    def item_link(self, item: Update) -> str:
        _, d, v = item
        return reverse("public:changes", args=[d.id, v.public])

    def item_updateddate(self, item: Update) -> datetime:
        return datetime.fromisoformat(item[0])
