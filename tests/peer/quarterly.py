"""The quarterly report as a careful person would script it: sqlite3 for the records, openpyxl for the
workbook. It is the peer that `cargo xtask bench` measures against, and prints its figures so that both
can be seen to give the same report.

    quarterly.py DATABASE FIRST_DAY LAST_DAY QUARTER_BEGINS WORKBOOK ROUNDS

Prints one JSON object: {"figures": {...}, "fill_ms": [...], "export_ms": [...]}.
"""

import datetime
import json
import sqlite3
import sys
import time
from collections import defaultdict

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

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


TABLES = ["tenant", "exit", "snapshot", "member", "financing", "income", "rent_relief", "tax_relief", "event",
          "proof", "agreement", "space", "operator", "contact"]
KINDS = {"tenant": "入驻对象", "snapshot": "季度数据", "member": "成员", "financing": "投融资", "income": "收入",
         "rent_relief": "减免房租", "tax_relief": "免税", "event": "活动"}


def read(path):
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    rows = {t: db.execute(f'SELECT * FROM "{t}" WHERE deleted_at IS NULL ORDER BY id').fetchall() for t in TABLES}
    db.close()
    return rows


def figures(rows, first, last, fresh):
    """Figures of one report with the records behind each, what is missing, and what is carried forward."""
    year = int(last[:4])
    names = {t["id"]: t["name"] for t in rows["tenant"]}
    left = {}
    for x in rows["exit"]:
        left[x["tenant"]] = min(x["on"], left.get(x["tenant"], x["on"]))
    snapshots, members = defaultdict(list), defaultdict(list)
    for s in rows["snapshot"]:
        snapshots[s["tenant"]].append(s)
    for m in rows["member"]:
        members[m["tenant"]].append(m)

    exact, behind, missing, notes = defaultdict(int), defaultdict(list), defaultdict(list), defaultdict(list)

    def count(code, kind, label, amount):
        exact[code] += amount
        behind[code].append((kind, label, amount))

    served = {}
    for t in rows["tenant"]:
        registered = t["registered_on"]
        enterprise = registered <= last if registered else t["entered_as"] == "初创企业"
        moved = t["moved_in_on"]
        codes = ("zjf09", "zjf09_1", "zjf10", "zjf11", "zjf12", "zjf12_1") if enterprise else (
            "zjf05", "zjf05_1", "zjf06", "zjf07", "zjf08", "zjf08_1")
        if not moved:
            missing[codes[0]].append(("tenant", f'{t["name"]} 未填 入驻日期'))
            continue
        if moved > last or left.get(t["id"], last) < first:
            continue
        served[t["id"]] = codes
        count(codes[0], "tenant", t["name"], 1)
        if moved >= first:
            count(codes[1], "tenant", t["name"], 1)
        known = [s for s in snapshots[t["id"]] if s["headcount"] is not None and s["as_of"] <= last]
        people = members[t["id"]]
        if known:
            s = max(known, key=lambda s: (s["as_of"], s["id"]))
            count(codes[4], "snapshot", f'{t["name"]} {s["as_of"]}', s["headcount"])
            if s["as_of"] < fresh:
                notes[codes[4]].append(f'{t["name"]} 沿用 {s["as_of"]} 的数据')
        elif people:
            here = [m for m in people
                    if (not m["joined_on"] or m["joined_on"] <= last) and (not m["left_on"] or m["left_on"] >= last)]
            for m in here:
                count(codes[4], "member", f'{m["name"]} {t["name"]}', 1)
            notes[codes[4]].append(f'{t["name"]} 按成员名单计 {len(here)} 人')
        else:
            missing[codes[4]].append(("tenant", f'{t["name"]} 未填 人数'))
        hired = [s for s in snapshots[t["id"]] if s["fresh_graduates"] is not None and first <= s["as_of"] <= last]
        if hired:
            for s in hired:
                count(codes[5], "snapshot", f'{t["name"]} {s["as_of"]}', s["fresh_graduates"])
        elif people:
            for m in people:
                new = m["is_fresh"]
                if new is None:
                    new = m["graduation_year"] == year and m["education"] in SCHOOLED
                if new and m["joined_on"] and first <= m["joined_on"] <= last:
                    count(codes[5], "member", f'{m["name"]} {t["name"]}', 1)
        else:
            missing[codes[5]].append(("tenant", f'{t["name"]} 未填 新吸纳应届大学毕业生'))

    won = set()
    for f in rows["financing"]:
        if first <= f["on"] <= last and f["tenant"] in served:
            codes = served[f["tenant"]]
            if f["tenant"] not in won:
                won.add(f["tenant"])
                count(codes[2], "tenant", names[f["tenant"]], 1)
            count(codes[3], "financing", f'{names[f["tenant"]]} {f["on"]}', f["amount"])
    for i in rows["income"]:
        if first <= i["received_on"] <= last:
            label = f'{i["received_on"]} {i["line"]} {i["description"] or ""}'
            count(f'zjf01_{LINES.index(i["line"]) + 1}', "income", label, i["amount"])
            count("zjf01", "income", label, i["amount"])
    for r in rows["rent_relief"]:
        if first <= r["month"][:7] + "-01" <= last and r["tenant"] in served:
            waived = r["waived"]
            if waived is None and r["standard"] is not None and r["charged"] is not None:
                waived = r["standard"] - r["charged"]
            label = f'{names[r["tenant"]]} {r["month"][:7]}'
            if waived is None:
                missing["zjf02"].append(("rent_relief", f"{label} 未填 减免金额"))
            else:
                count("zjf02", "rent_relief", label, waived)
    for t in rows["tax_relief"]:
        if first <= t["on"] <= last:
            count("zjf03", "tax_relief", f'{t["on"]} {t["tax"]}', t["amount"])
    for e in rows["event"]:
        if first <= e["on"] <= last and e["counted"] != 0:
            count("zjf04", "event", f'{e["on"]} {e["name"]}', 1 if e["sessions"] is None else e["sessions"])

    values = {code: exact[code] if code not in MONEY else thousand(exact[code]) for code, _, _ in PRINTED}
    parts = [f"zjf01_{k}" for k in range(1, 6)]
    values["zjf01"], placed = balance([exact[code] for code in parts])
    values.update(zip(parts, placed))
    return values, exact, behind, missing, notes, served


def fill(path, first, last, fresh):
    """The report, compared with the one of the quarter before, and what the rules say."""
    rows = read(path)
    values, exact, behind, missing, notes, served = figures(rows, first, last, fresh)
    day = datetime.date.fromisoformat(fresh) - datetime.timedelta(days=1)
    before = figures(rows, first, day.isoformat(), fresh)[0]

    proofs = defaultdict(lambda: defaultdict(int))
    for p in rows["proof"]:
        proofs[p["owner"]][p["role"]] += 1
    says = rules(values, before)
    head = [rows["space"] and rows["space"][-1][f] for f in ("name", "address", "postcode")]
    head += [rows["operator"] and rows["operator"][-1]["name"]]
    head += [any(c["role"] == role for c in rows["contact"]) for role in ("负责人", "填报人")]
    if not all(head):
        says.append(("R13", "错误", "表头表尾未填", []))
    if values["zjf03"] > 0 and not (rows["space"] and rows["space"][-1]["national_filing"]):
        says.append(("R22", "警示", "填了免税金额，但不是国家备案众创空间", []))

    def short(kind, wants):
        lacking = []
        for r in rows[kind]:
            if first <= r["on"] <= last and (kind != "event" or r["counted"] != 0):
                roles = proofs[f'{kind}:{r["id"]}']
                if any(sum(roles[role] for role in want) < n for want, n in wants):
                    lacking.append((kind, f'{r["on"]} 佐证不齐'))
        return lacking

    covered = defaultdict(list)
    for a in rows["agreement"]:
        if a["signed_on"] and a["signed_on"] <= last:
            covered[a["tenant"]].append((a["start_on"] or "0", a["end_on"] or "9"))
    left = {x["tenant"]: x["on"] for x in rows["exit"]}
    names = {t["id"]: t["name"] for t in rows["tenant"]}

    def in_force(tenant):
        on = min(left.get(tenant, last), last)
        return any(start <= on <= end for start, end in covered[tenant])

    same = []
    for field in ("credit_code", "leader_phone"):
        seen = defaultdict(list)
        for t in rows["tenant"]:
            if t["id"] in served and t[field]:
                seen[t[field]].append(("tenant", t["name"]))
        same += [one for group in seen.values() if len(group) > 1 for one in group]
    begun = rows["operator"] and rows["operator"][-1]["founded_on"]
    for rule, level, say, records in [
        ("R23", "警示", "免税记录缺少佐证", short("tax_relief", [(("产权证明", "租赁合同", "协议"), 1)])),
        ("R28", "警示", "活动佐证不齐", short("event", [(("活动通知", "截图"), 1), (("签到表",), 1), (("照片",), 2)])),
        ("R29", "警示", "没有有效的入驻协议", [("tenant", names[t]) for t in served if not in_force(t)]),
        ("R30", "警示", "信用代码或负责人电话相同", same),
        ("R31", "错误", "登记为初创企业，但注册日期晚于数据截止日", [
            ("tenant", t["name"]) for t in rows["tenant"] if t["id"] in served
            and ((t["entered_as"] == "初创企业" and (t["registered_on"] or "") > last)
                 or (begun and t["moved_in_on"] < begun))]),
    ]:
        if records:
            says.append((rule, level, say + "：" + "；".join(name for _, name in records[:20]), records))
    return values, exact, behind, missing, notes, says


def rules(v, before):
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
        ("R21", all(not n or 2 * n <= p <= 30 * n for n, p in ((v["zjf05"], v["zjf08"]), (v["zjf09"], v["zjf12"]))), "警示"),
        ("R24", v["zjf02"] == 0 or v["zjf05"] + v["zjf09"] > 0, "错误"),
        ("R27", all(v[code] < 1_000_000 for code in MONEY), "警示"),
        ("R27", not before["zjf01"] or v["zjf01"] not in (10 * before["zjf01"], 1000 * before["zjf01"]), "警示"),
    ]
    for code, _, _ in PRINTED:
        was, now = before[code], v[code]
        if code not in ("zjf08", "zjf12"):
            checks.append(("R25", now >= was, "警示"))
        checks.append(("R26", not (abs(now - was) > 5 and 2 * abs(now - was) > was), "警示"))
    return [(rule, level, "不符合", []) for rule, right, level in checks if not right]


def export(path, values, exact, behind, missing, notes, says):
    """Three sheets: the form as on paper, the records behind every figure, the rules that spoke."""
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

    plain, wrap = Font(name="宋体", size=10), Alignment(vertical="center", wrap_text=True)
    right = Alignment(horizontal="right", vertical="center", indent=1)
    bold, grey = Font(name="宋体", size=10, bold=True), PatternFill("solid", fgColor="F2F2F2")

    def table(name, heads):
        sheet = book.create_sheet(name)
        sheet.append([head for head, _ in heads])
        for at, (_, width) in enumerate(heads, 1):
            sheet.column_dimensions[get_column_letter(at)].width = width
            cell = sheet.cell(1, at)
            cell.font, cell.border, cell.fill = bold, box, grey
        sheet.freeze_panes = "A2"
        return sheet

    rows = defaultdict(lambda: 1)

    def put(sheet, texts, numbers=(), strong=False):
        rows[sheet.title] += 1
        for at, text in enumerate(texts, 1):
            if text is None and not strong:
                continue
            cell = sheet.cell(rows[sheet.title], at, text)
            cell.font = bold if strong else plain
            if strong:
                cell.border, cell.fill = box, grey
            cell.alignment = right if at in numbers else wrap
            if at not in numbers:
                cell.number_format = "@"

    sheet = table("依据", [("代码", 9), ("指标名称", 32), ("计量单位", 9), ("数量", 9), ("类别", 11), ("记录", 38),
                         ("数额", 11), ("说明", 34)])
    for code, label, unit in PRINTED:
        scale = 100_000 if code in MONEY else 1
        put(sheet, [code, label, unit, values[code], None, None, exact[code] / scale, None], (4, 7), True)
        for kind, record, amount in behind[code]:
            put(sheet, [code, None, None, None, KINDS[kind], record, amount / scale, None], (7,))
        for kind, say in missing[code]:
            put(sheet, [code, None, None, None, KINDS[kind], say, None, "缺项：记录中没有，未计入"])
        for note in notes[code]:
            put(sheet, [code, None, None, None, None, None, None, note])
    sheet = table("审核", [("规则", 7), ("级别", 7), ("内容", 48), ("类别", 11), ("涉及记录", 34)])
    for rule, level, say, records in says:
        put(sheet, [rule, level, say, None, None], (), True)
        for kind, name in records:
            put(sheet, [rule, None, None, KINDS[kind], name])
    book.save(path)


def main():
    database, first, last, fresh, workbook, rounds = sys.argv[1:]
    fills, exports = [], []
    for _ in range(int(rounds)):
        began = time.perf_counter()
        result = fill(database, first, last, fresh)
        filled = time.perf_counter()
        export(workbook, *result)
        fills.append((filled - began) * 1000)
        exports.append((time.perf_counter() - filled) * 1000)
    print(json.dumps({"figures": result[0], "fill_ms": fills, "export_ms": exports}))


if __name__ == "__main__":
    main()
