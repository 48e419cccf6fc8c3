"""The quarterly report as a careful person would script it: sqlite3 for the records, openpyxl for the
workbook. It is the peer that `cargo xtask bench` measures against, and prints its figures so that both
can be seen to give the same report.

    quarterly.py DATABASE FIRST_DAY LAST_DAY WORKBOOK ROUNDS

Prints one JSON object: {"figures": {...}, "fill_ms": [...], "export_ms": [...]}.
"""

import json
import sqlite3
import sys
import time
from collections import defaultdict

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

LINES = ["服务收入", "物业收入", "投资收入", "财政补贴", "其他"]
SCHOOLED = {"大专", "本科", "硕士", "博士"}
PRINTED = [
    ("zjf01", "众创空间总收入", "千元"), ("zjf01_1", "其中：服务收入", "千元"), ("zjf01_2", "物业收入", "千元"),
    ("zjf01_3", "投资收入", "千元"), ("zjf01_4", "财政补贴", "千元"), ("zjf01_5", "其他", "千元"),
    ("zjf02", "为创业团队和初创企业减免房租的金额", "千元"), ("zjf03", "享受众创空间税收优惠政策免税金额", "千元"),
    ("zjf04", "开展创新创业活动场次", "场次"), ("zjf05", "服务的创业团队数量", "个"),
    ("zjf05_1", "其中：新入驻创业团队数量", "个"), ("zjf06", "获得投融资创业团队的数量", "个"),
    ("zjf07", "创业团队获得投融资总额", "千元"), ("zjf08", "创业团队人员数量", "人"),
    ("zjf08_1", "其中：吸纳应届大学毕业生数量", "人"), ("zjf09", "服务的初创企业数量", "个"),
    ("zjf09_1", "其中：新入驻初创企业数量", "个"), ("zjf10", "获得投融资初创企业的数量", "个"),
    ("zjf11", "初创企业获得投融资总额", "千元"), ("zjf12", "初创企业吸纳就业人数", "人"),
    ("zjf12_1", "其中：吸纳应届大学毕业生数量", "人"),
]
MONEY = {code for code, _, unit in PRINTED if unit == "千元"}


def thousand(fen):
    return -((50_000 - fen) // 100_000) if fen < 0 else (fen + 50_000) // 100_000


def balance(parts):
    total = thousand(sum(parts))
    placed = [p // 100_000 for p in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % 100_000), -abs(parts[i]), i))
    for i in order[: total - sum(placed)]:
        placed[i] += 1
    return total, placed


def fill(path, first, last):
    """Figures, the records behind each, and what the rules say."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row

    def read(table):
        return db.execute(f'SELECT * FROM "{table}" WHERE deleted_at IS NULL').fetchall()

    year = int(last[:4])
    tenants = read("tenant")
    names = {t["id"]: t["name"] for t in tenants}
    left = {}
    for x in read("exit"):
        left[x["tenant"]] = min(x["on"], left.get(x["tenant"], x["on"]))
    snapshots, members = defaultdict(list), defaultdict(list)
    for s in read("snapshot"):
        snapshots[s["tenant"]].append(s)
    for m in read("member"):
        members[m["tenant"]].append(m)

    exact, behind, missing = defaultdict(int), defaultdict(list), defaultdict(list)

    def count(code, label, amount):
        exact[code] += amount
        behind[code].append((label, amount))

    served = {}
    for t in tenants:
        registered = t["registered_on"]
        enterprise = registered <= last if registered else t["entered_as"] == "初创企业"
        moved = t["moved_in_on"]
        codes = ("zjf09", "zjf09_1", "zjf10", "zjf11", "zjf12", "zjf12_1") if enterprise else (
            "zjf05", "zjf05_1", "zjf06", "zjf07", "zjf08", "zjf08_1")
        if not moved:
            missing[codes[0]].append(t["name"])
            continue
        if moved > last or left.get(t["id"], last) < first:
            continue
        served[t["id"]] = codes
        count(codes[0], t["name"], 1)
        if moved >= first:
            count(codes[1], t["name"], 1)
        known = [s for s in snapshots[t["id"]] if s["headcount"] is not None and s["as_of"] <= last]
        people = members[t["id"]]
        if known:
            s = max(known, key=lambda s: s["as_of"])
            count(codes[4], f'{t["name"]} {s["as_of"]}', s["headcount"])
        elif people:
            here = sum(1 for m in people
                       if (not m["joined_on"] or m["joined_on"] <= last) and (not m["left_on"] or m["left_on"] > last))
            count(codes[4], t["name"], here)
        else:
            missing[codes[4]].append(t["name"])
        hired = [s for s in snapshots[t["id"]] if s["fresh_graduates"] is not None and first <= s["as_of"] <= last]
        if hired:
            for s in hired:
                count(codes[5], f'{t["name"]} {s["as_of"]}', s["fresh_graduates"])
        elif people:
            for m in people:
                fresh = m["is_fresh"]
                if fresh is None:
                    fresh = m["graduation_year"] == year and m["education"] in SCHOOLED
                if fresh and m["joined_on"] and first <= m["joined_on"] <= last:
                    count(codes[5], m["name"], 1)
        else:
            missing[codes[5]].append(t["name"])

    won = set()
    for f in read("financing"):
        if first <= f["on"] <= last and f["tenant"] in served:
            codes = served[f["tenant"]]
            if f["tenant"] not in won:
                won.add(f["tenant"])
                count(codes[2], names[f["tenant"]], 1)
            count(codes[3], f'{names[f["tenant"]]} {f["on"]}', f["amount"])
    for i in read("income"):
        if first <= i["received_on"] <= last:
            count(f'zjf01_{LINES.index(i["line"]) + 1}', f'{i["received_on"]} {i["description"] or ""}', i["amount"])
            count("zjf01", f'{i["received_on"]} {i["line"]} {i["description"] or ""}', i["amount"])
    for r in read("rent_relief"):
        if first <= r["month"][:7] + "-01" <= last and r["tenant"] in served:
            waived = r["waived"]
            if waived is None and r["standard"] is not None and r["charged"] is not None:
                waived = r["standard"] - r["charged"]
            label = f'{names[r["tenant"]]} {r["month"][:7]}'
            if waived is None:
                missing["zjf02"].append(label)
            else:
                count("zjf02", label, waived)
    for t in read("tax_relief"):
        if first <= t["on"] <= last:
            count("zjf03", f'{t["on"]} {t["tax"]}', t["amount"])
    proofs = defaultdict(lambda: defaultdict(int))
    for p in read("proof"):
        proofs[p["owner"]][p["role"]] += 1
    bare = []
    for e in read("event"):
        if first <= e["on"] <= last and e["counted"] != 0:
            count("zjf04", f'{e["on"]} {e["name"]}', 1 if e["sessions"] is None else e["sessions"])
            roles = proofs[f'event:{e["id"]}']
            if roles["活动通知"] + roles["截图"] < 1 or roles["签到表"] < 1 or roles["照片"] < 2:
                bare.append(e["name"])

    values = {code: exact[code] if code not in MONEY else thousand(exact[code]) for code, _, _ in PRINTED}
    parts = [f"zjf01_{k}" for k in range(1, 6)]
    values["zjf01"], placed = balance([exact[code] for code in parts])
    values.update(zip(parts, placed))

    covered = set()
    for a in read("agreement"):
        if a["signed_on"] and (not a["start_on"] or a["start_on"] <= last) and (not a["end_on"] or a["end_on"] >= last):
            covered.add(a["tenant"])
    says = rules(values)
    if bare:
        says.append(("R28", "警示", f"{len(bare)} 场活动缺少佐证：" + "、".join(bare)))
    unsigned = [names[t] for t in served if t not in covered]
    if unsigned:
        says.append(("R29", "警示", f"{len(unsigned)} 户没有有效协议：" + "、".join(unsigned)))
    for field in ("credit_code", "leader_phone"):
        seen = defaultdict(list)
        for t in tenants:
            if t["id"] in served and t[field]:
                seen[t[field]].append(t["name"])
        says += [("R30", "警示", f"{field} 相同：" + "、".join(n)) for n in seen.values() if len(n) > 1]
    db.close()
    return values, behind, missing, says


def rules(v):
    checks = [
        ("R01", v["zjf01"] == sum(v[f"zjf01_{k}"] for k in range(1, 6)), "错误"),
        ("R02", v["zjf05_1"] <= v["zjf05"], "错误"),
        ("R03", v["zjf09_1"] <= v["zjf09"], "错误"),
        ("R04", v["zjf08_1"] <= v["zjf08"], "错误"),
        ("R05", v["zjf12_1"] <= v["zjf12"], "错误"),
        ("R06", v["zjf06"] <= v["zjf05"], "错误"),
        ("R07", v["zjf10"] <= v["zjf09"], "错误"),
        ("R08", (v["zjf06"] == 0) == (v["zjf07"] == 0), "错误"),
        ("R09", (v["zjf10"] == 0) == (v["zjf11"] == 0), "错误"),
        ("R10", v["zjf05"] > 0 or not any(v[c] for c in ("zjf05_1", "zjf06", "zjf07", "zjf08", "zjf08_1")), "错误"),
        ("R11", v["zjf09"] > 0 or not any(v[c] for c in ("zjf09_1", "zjf10", "zjf11", "zjf12", "zjf12_1")), "错误"),
        ("R12", all(n >= 0 for n in v.values()), "错误"),
        ("R20", v["zjf08"] >= v["zjf05"] and v["zjf12"] >= v["zjf09"], "警示"),
        ("R24", v["zjf02"] == 0 or v["zjf05"] + v["zjf09"] > 0, "错误"),
        ("R27", all(v[code] < 1_000_000 for code in MONEY), "警示"),
    ]
    return [(rule, level, "不符合") for rule, right, level in checks if not right]


def export(path, values, behind, missing, says):
    """Three sheets: the form as on paper, the records behind it, the rules that spoke."""
    book = Workbook()
    sheet = book.active
    sheet.title = "季报"
    font, line = Font(name="宋体", size=10.5), Side(style="thin")
    box = Border(left=line, right=line, top=line, bottom=line)
    sheet.append(["众创空间统计监测报表(季报)"])
    sheet.merge_cells("A1:D1")
    sheet["A1"].font, sheet["A1"].alignment = Font(name="宋体", size=16, bold=True), Alignment(horizontal="center")
    sheet.append(["指标名称", "计量单位", "代码", "数量"])
    for code, label, unit in PRINTED:
        sheet.append([label, unit, code, values[code]])
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.font, cell.border = font, box
    sheet.column_dimensions["A"].width = 44
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 1
    sheet = book.create_sheet("依据")
    sheet.append(["代码", "指标名称", "记录", "数额"])
    for code, label, _ in PRINTED:
        for record, amount in behind[code]:
            sheet.append([code, label, record, amount / 100_000 if code in MONEY else amount])
        for name in missing[code]:
            sheet.append([code, label, f"{name} 未填", None])
    sheet = book.create_sheet("审核")
    sheet.append(["规则", "级别", "说明"])
    for row in says:
        sheet.append(row)
    book.save(path)


def main():
    database, first, last, workbook, rounds = sys.argv[1:]
    fills, exports = [], []
    for _ in range(int(rounds)):
        began = time.perf_counter()
        result = fill(database, first, last)
        filled = time.perf_counter()
        export(workbook, *result)
        fills.append((filled - began) * 1000)
        exports.append((time.perf_counter() - filled) * 1000)
    print(json.dumps({"figures": result[0], "fill_ms": fills, "export_ms": exports}))


if __name__ == "__main__":
    main()
