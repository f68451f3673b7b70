"""What we pay for inclusion (EIP-1559): a first offer, and what replaces it once it is stuck."""

from dataclasses import dataclass

from contracts_chain.errors import AnchorRefused

_GWEI = 10**9


@dataclass(frozen=True)
class Fees:
    """EIP-1559 fields of one transaction, wei for one unit of gas: the tip, and tip plus base."""

    tip: int
    total: int


@dataclass(frozen=True)
class FeePolicy:
    """What we pay for inclusion (EIP-1559), in wei for one unit of gas.

    The offer is twice the newest base fee plus the node's suggested tip, so it stays good while
    the base fee rises for about six blocks; never below the floors, never above the ceiling.
    """

    floor_tip: int = _GWEI // 10
    floor_total: int = _GWEI
    ceiling_total: int = 500 * _GWEI
    # After this long a repeated transaction replaces the one in flight, at a higher fee.
    stuck_seconds: float = 60.0

    def offer(self, *, base_fee: int, suggested_tip: int) -> Fees:
        """Return the fees for a new transaction; AnchorRefused (fee-ceiling) if too dear.

        A suggested tip never lifts the price above the ceiling: it is cut to what is left.
        """
        if base_fee + self.floor_tip > self.ceiling_total:
            raise AnchorRefused(
                "fee-ceiling",
                f"gas costs {base_fee + self.floor_tip} wei, above the ceiling of "
                f"{self.ceiling_total}; it is repeated later",
            )
        tip = min(max(self.floor_tip, suggested_tip), self.ceiling_total - base_fee)
        return Fees(
            tip=tip, total=min(max(2 * base_fee + tip, self.floor_total), self.ceiling_total)
        )

    def raised(self, fees: Fees, *, at_least: Fees) -> Fees:
        """Return fees at least an eighth above ``fees`` in both parts.

        Nodes ask a replacement for a tenth more in both (geth, reth), some for an eighth. Raises
        AnchorRefused (fee-ceiling) if that is above the ceiling.
        """
        higher = Fees(
            tip=max(fees.tip + fees.tip // 8 + 1, at_least.tip),
            total=max(fees.total + fees.total // 8 + 1, at_least.total),
        )
        if higher.total > self.ceiling_total:
            raise AnchorRefused(
                "fee-ceiling",
                f"a replacement needs {higher.total} wei for one unit of gas, above the ceiling of "
                f"{self.ceiling_total}; wait, or raise the ceiling",
            )
        return higher
