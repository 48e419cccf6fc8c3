"""A roster as a script reads it: every cell of every sheet by openpyxl, read-only mode, which is its
fastest. It is the peer that `cargo xtask bench import` measures against.

    roster.py WORKBOOK

Prints one JSON object: {"cells": n, "ms": n, "peak_kib": n}.
"""

import json
import resource
import sys
import time

from openpyxl import load_workbook


def main():
    began = time.perf_counter()
    cells = 0
    book = load_workbook(sys.argv[1], read_only=True, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            cells += sum(value is not None for value in row)
    took = (time.perf_counter() - began) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cells": cells, "ms": took, "peak_kib": peak}))


main()
