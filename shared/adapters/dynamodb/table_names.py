"""What the tables of one stage are called."""

from dataclasses import dataclass

from shared.contracts import TableContract


@dataclass(frozen=True, slots=True)
class TableNames:
    """`prefix` is the stage's, such as "kefu-dev-"."""

    prefix: str

    def of(self, contract: TableContract) -> str:
        """Return the table's name in AWS."""
        return self.prefix + contract.name
