"""One process of many on one database: accepts leaves and places them, or holds the lock.

Arguments: what to do (``work`` or ``hold``), the database's URL, the folder of keys and mirrors,
the number of its first entry, how many.
"""

import sys
import time
from pathlib import Path

from tests.unit.notary.house import House


def main() -> None:
    task, url, folder, first, count = sys.argv[1:]
    house = House(Path(folder), database_url=url)
    house.notary.start()
    if task == "hold":
        with house.notary._sequencer.writer.held():
            print("held", flush=True)
            time.sleep(600)
    for number in range(int(first), int(first) + int(count), 5):
        house.accept(*range(number, number + 5))
        house.notary.sequence()
        print(number, flush=True)
    house.database.dispose()


if __name__ == "__main__":
    main()
