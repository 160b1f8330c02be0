"""A person who signs in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from openilr.web.roles import Role


class User(AbstractUser):
    """``role_names`` says what the person does; ``ukprn`` whose returns a provider's person sees, and no others."""

    role_names = models.JSONField(default=list)
    ukprn = models.PositiveIntegerField(null=True, blank=True)

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(Role(name) for name in self.role_names)

    def has_role(self, *roles: str) -> bool:
        return bool(set(self.role_names) & {str(role) for role in roles})
