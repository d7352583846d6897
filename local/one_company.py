"""The company of a single machine."""

from dataclasses import dataclass

from shared.domain.company import Company
from shared.domain.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class OneCompany:
    """A `CompanyStore` with one company, read from its folder at start."""

    company: Company

    def get(self, tenant: str) -> Company:
        """Raise NotFoundError for any other."""
        if tenant != self.company.tenant:
            raise NotFoundError("company", tenant)
        return self.company

    def by_site_key(self, site_key: str) -> Company:
        """Raise NotFoundError for a key that is not the company's."""
        if site_key not in self.company.site_keys:
            raise NotFoundError("site", site_key)
        return self.company
