"""CIDs against values that another implementation gave (js-ipfs-unixfs-importer 17)."""

import pytest

from service.custody import UnixfsProfile, cid_v1

SMALL = UnixfsProfile(name="small", chunk_bytes=16, links=4)


@pytest.mark.parametrize(
    ("size", "cid"),
    [
        (0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (16, "bafkreif6ixfsmbn7g27l3zueqqncr4h5ipdjqufd3ts75w5gteuo4oujse"),
        (17, "bafybeigoy2pjprxoufrlr6ez2td53kauu5ndaysnim7ggo2e3b64eaj2bi"),
        (64, "bafybeia3js4mxxkyappgnq5klhpvoci7g2nib2hjqkjymkmfecaby4dmnq"),
        (65, "bafybeieixyuxszinqsy4zudruq5y3iplxpijuiql567ljvhxbduftqythy"),
        (81, "bafybeie5ovl224lvkvoingq336yz3xluy3sthdmgaaf73d7fp2t3gjsjgm"),
        (257, "bafybeictrzz5w6pxw3rippzzwixg3jafxot4yapgssbcwyw4gyyjlkrtba"),
        (1024, "bafybeib4sez3xsu7wxmxlacu25ac6dyrvdwe5tapixfpv4ejavmm76go2e"),
        (1025, "bafybeiekazt3ytlmpcnchykm3cne6chbewtlxxkfqh24cbplsbd5kmnmoa"),
        (4113, "bafybeigkgusxeklye62pbr3ttgx4x4wzkrok44a5ofqkorf7vcmqwkw64a"),
    ],
)
def test_trees_of_every_depth(size: int, cid: str) -> None:
    """Chunks of 16 bytes and 4 links reach four levels; the real profile would need terabytes."""
    content = bytes(index % 251 for index in range(size))
    assert cid_v1(content, profile=SMALL) == cid


@pytest.mark.parametrize(
    ("size", "cid"),
    [
        (10, "bafkreihl5ucrwii4wcsx24mmb7lbl4tmj5gba6kqmwqk6tzmxpbg5uayna"),
        (1 << 20, "bafkreidzgm45tn63yf4aajfv5dynbqdhulohavjkfwqcwcoiju5fn7ovpa"),
        ((1 << 20) + 1, "bafybeiftmjuox6imhgas4camygge6xrd7tbgbifj6mim5ri53lkubmvsni"),
        ((5 << 20) + 3, "bafybeib35ke7qvcf6kziuhua6voqzctlixizph77wesv7d5u72spqxj2vi"),
        (25 << 20, "bafybeibt26yvhr6du4cefa6ewt6wrskfuwrtpmuwuetyf7m2b2amml6bwu"),
    ],
)
def test_the_profile_in_use(size: int, cid: str) -> None:
    pattern = bytes((index * 7 + size) % 251 for index in range(1000))
    assert cid_v1((pattern * (size // 1000 + 1))[:size]) == cid
