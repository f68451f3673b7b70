// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "./IAnchorLog.sol";
import {PartyKeys} from "./PartyKeys.sol";

/// @notice AnchorLog's check of a party's signature, asked with any digest: public test vectors
/// come with digests of their own, which no status change would give.
contract KeysProbe {
    function hasSigned(IAnchorLog.PartySignature calldata party, bytes32 digest)
        external
        view
        returns (bool)
    {
        return PartyKeys.hasSigned(party, digest);
    }
}
