// Made from the core's types: UPDATE_TYPES=1 cargo test -p tests types::

/**
 * What a figure counts, and where that is said.
 */
export type About = { 
/**
 * Definition; empty when the form's file gives none, and then `how` says it all.
 */
counts: string, 
/**
 * How the program finds it in the records, read off the form's file.
 */
how: Array<string>, 
/**
 * 计量单位.
 */
unit: string, 
/**
 * The days that count.
 */
days: string, 
/**
 * The document, with its issuer.
 */
document: string, 
/**
 * Where in the document.
 */
clause: string, 
/**
 * How sure the definition is and what it rests on; empty when nothing is in doubt.
 */
sure: string, };

/**
 * What the program is.
 */
export type AboutProgram = { 
/**
 * Its version.
 */
version: string, 
/**
 * The data folder.
 */
folder: string, 
/**
 * What the person should know about where it lies.
 */
warnings: Array<string>, 
/**
 * Who is kept with each step of the log.
 */
who: string, 
/**
 * Records, steps and proof files, in words.
 */
holds: Array<string>, };

/**
 * What happens to a row.
 */
export type Action = "new" | "change" | "same" | "flawed";

/**
 * A new record, saved or not yet.
 */
export type Added = { 
/**
 * As it was understood. Its id is 0 while something is missing or wrong: then nothing is saved.
 */
row: ListRow, };

/**
 * Where a text stands in its box.
 */
export type Align = "left" | "center" | "right";

/**
 * How many rows a plan has of each action, or how many an import did.
 */
export type Applied = { 
/**
 * Records added.
 */
new: number, 
/**
 * Records changed.
 */
changed: number, 
/**
 * Rows that the ledger held already.
 */
same: number, 
/**
 * Rows left out for their flaws.
 */
flawed: number, 
/**
 * Rows that the person left out.
 */
left: number, 
/**
 * Members added from cells that name several people.
 */
people: number, };

/**
 * A verified copy of the database.
 */
export type Backup = { 
/**
 * The file.
 */
path: string, 
/**
 * When it was made, local, `2021-09-20T08:30:00.000`.
 */
at: string, 
/**
 * Why it was made, in Chinese.
 */
reason: string, 
/**
 * Size in bytes.
 */
size: number, };

/**
 * Which flows a quarterly form counts: 本季 or 本年累计. The official source does not say which
 * (domain.md B.3), so it is a setting of the edition and of each filing, and printed with it.
 */
export type Basis = "quarter" | "ytd";

/**
 * The bin.
 */
export type Bin = { 
/**
 * What was deleted last.
 */
rows: Array<Binned>, 
/**
 * How many records lie in it in all.
 */
count: number, };

/**
 * A record in the bin.
 */
export type Binned = { 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * Chinese name of its kind.
 */
kind_label: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Its label.
 */
label: string, 
/**
 * When it was deleted, `2021-09-20T08:30:00.000`.
 */
at: string, 
/**
 * How many were deleted by the same step, itself among them.
 */
together: number, };

/**
 * The lines around a box.
 */
export type Border = "all" | "bottom" | "none";

/**
 * A rule that spoke.
 */
export type Breach = { 
/**
 * Id of the rule, for example R01.
 */
rule: string, 
/**
 * 错误 or 警示.
 */
level: Level, 
/**
 * What it found, in Chinese.
 */
message: string, 
/**
 * Codes of the cells that it is about.
 */
codes: Array<string>, 
/**
 * The records that it is about.
 */
records: Array<Gap>, 
/**
 * The reason that was written for a 警示.
 */
reason: string | null, 
/**
 * The reason of an earlier period, offered again.
 */
offered?: string | null, };

/**
 * A form file that could not be used, with every flaw in it.
 */
export type BrokenForm = { 
/**
 * The file's name.
 */
file: string, 
/**
 * What is wrong in it.
 */
flaws: Array<Flaw>, };

/**
 * One cell, filled.
 */
export type Cell = { 
/**
 * Heading of the section that begins with this cell.
 */
section?: string | null, 
/**
 * Official code.
 */
code: string, 
/**
 * 指标名称, exactly as printed.
 */
label: string, 
/**
 * 计量单位.
 */
unit: string, 
/**
 * Steps of indentation in print.
 */
indent: number, 
/**
 * What the form shows.
 */
value: number | string | null, 
/**
 * What the records give, also where a hand-typed value stands in its place.
 */
computed: number | string | null, 
/**
 * Decimals that the form shows.
 */
decimals?: number, 
/**
 * Characters that a text has, blanks left out: counted whether it has a limit or not.
 */
length?: number, 
/**
 * Characters that a text may have.
 */
limit?: number, 
/**
 * A text as it was written, with `{code}` in the places of figures.
 */
raw?: string, 
/**
 * Figures in the text that were others when it was written.
 */
changed?: Array<ChangedFigure>, 
/**
 * Unrounded, in the smallest unit (分, hundredths of a measure, or the count itself).
 */
exact: number | null, 
/**
 * A hand-typed value stands here.
 */
overridden: boolean, 
/**
 * Why it was typed by hand.
 */
reason?: string | null, 
/**
 * The value differs from plain rounding so that the sum holds (舍位平衡); says by how much.
 */
adjusted?: string | null, 
/**
 * The records behind it.
 */
from: Array<Source>, 
/**
 * What is missing.
 */
gaps: Array<Gap>, 
/**
 * What the reader should know, for example a head-count carried forward.
 */
notes: Array<string>, 
/**
 * Definition, its source and how sure it is.
 */
help: string, };

/**
 * Something wrong, or to be looked at, in a row.
 */
export type CellFlaw = { 
/**
 * Address such as `C7`; for what no single cell shows, the row as `7:7`.
 */
cell: string, 
/**
 * What is wrong and what to do, in Chinese.
 */
say: string, };

/**
 * One field that changes, as text.
 */
export type Change = { 
/**
 * English name of the field.
 */
field: string, 
/**
 * Text now, empty for blank.
 */
old: string, 
/**
 * Text afterwards.
 */
new: string, };

/**
 * What came of a change.
 */
export type Changed = { 
/**
 * Lists to which records went by this change: a team that registers becomes an enterprise.
 */
moved: Array<[string, string]>, };

/**
 * A figure in a text that was another when the text was written or last confirmed.
 */
export type ChangedFigure = { 
/**
 * Its code, as the text names it.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * As it was.
 */
was: string, 
/**
 * As it is.
 */
now: string, };

/**
 * The state of things over the quarters. Numbers only: a screen draws them.
 */
export type Charts = { 
/**
 * Quarters, oldest first: 2021Q3.
 */
periods: Array<string>, 
/**
 * The main figures of the quarterly report on the basis 本季; blank where nothing is recorded.
 */
courses: Array<Course>, 
/**
 * Tenants moved in, by quarter.
 */
moved_in: Array<number>, 
/**
 * Tenants that left, by quarter.
 */
left: Array<number>, 
/**
 * Tenants there at the end of each quarter.
 */
present: Array<number>, 
/**
 * Months, oldest first: 2021-09.
 */
months: Array<string>, 
/**
 * Sessions of events in each month.
 */
events: Array<number>, 
/**
 * What Shanxi asks for each month.
 */
events_wanted: number, 
/**
 * Income by kind, in 万元 by quarter of receipt.
 */
income: Array<Course>, 
/**
 * Tenants by technology field, the most first.
 */
fields: Array<Slice>, };

/**
 * Basis and cut-off for one look at a form; what is left out is as filed, else the edition's default.
 */
export type Choice = { 
/**
 * 本季 or 本年累计.
 */
basis: Basis | null, 
/**
 * Last day that counts.
 */
cutoff: string | null, };

/**
 * Records to refer to.
 */
export type Choices = { 
/**
 * The first of them.
 */
picks: Array<Pick>, 
/**
 * How many there are in all.
 */
count: number, };

/**
 * One column of a grid, and one line of an editor.
 */
export type Column = { 
/**
 * English name of the field.
 */
name: string, 
/**
 * Chinese label.
 */
label: string, 
/**
 * Unit in which people type it, empty for none.
 */
unit: string, 
/**
 * Type by name, as in [`super::FieldEntry`].
 */
type: string, 
/**
 * Choices; 是 and 否 for yes or no.
 */
options: Array<string>, 
/**
 * Kind that a reference leads to.
 */
of?: string, 
/**
 * People may type into it.
 */
editable: boolean, 
/**
 * A record without it is flawed.
 */
required: boolean, 
/**
 * Stands on the right, as numbers do.
 */
number: boolean, 
/**
 * Names the record: stays in sight.
 */
names: boolean, 
/**
 * Width in pixels before the person chooses one.
 */
width: number, 
/**
 * Heading of its section in the editor.
 */
section: string, 
/**
 * Explanation.
 */
help: string, };

/**
 * One line of the form beside what was read back for it.
 */
export type Compared = { 
/**
 * Official code.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * What the form shows; empty when blank.
 */
ours: string, 
/**
 * What the text shows.
 */
theirs: string | null, 
/**
 * Whether they agree.
 */
verdict: Verdict, };

/**
 * One line of a chart.
 */
export type Course = { 
/**
 * Official code, or blank.
 */
code: string, 
/**
 * What it is.
 */
label: string, 
/**
 * Unit.
 */
unit: string, 
/**
 * A value for each period.
 */
values: Array<number | null>, };

/**
 * How far a programme is.
 */
export type Dial = { 
/**
 * Id of the programme.
 */
programme: string, 
/**
 * Title.
 */
title: string, 
/**
 * Conditions met.
 */
met: number, 
/**
 * Conditions not met.
 */
unmet: number, 
/**
 * Conditions that a person must judge, or of which records are missing.
 */
unknown: number, 
/**
 * Pieces of proof that are there.
 */
have: number, 
/**
 * Pieces of proof that are wanted.
 */
want: number, 
/**
 * What would close the first gaps, in Chinese.
 */
gaps: Array<string>, 
/**
 * The programme.
 */
target: Target, };

/**
 * A sealed figure that the records no longer give.
 */
export type Difference = { 
/**
 * Code of the figure.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * As sealed.
 */
sealed: number | string | null, 
/**
 * From the records of now.
 */
now: number | string | null, 
/**
 * The records whose later changes moved it.
 */
records: Array<Mover>, };

/**
 * What a column can be read as.
 */
export type FieldChoice = { 
/**
 * English name, as [`Choices::mapping`] takes it.
 */
name: string, 
/**
 * Chinese label.
 */
label: string, 
/**
 * A new record must have it.
 */
required: boolean, };

/**
 * One field of a record, as text.
 */
export type FieldView = { 
/**
 * English name.
 */
name: string, 
/**
 * Chinese label with unit.
 */
label: string, 
/**
 * Content as people write it; empty when not filled in.
 */
text: string, };

/**
 * One figure beyond its records.
 */
export type FigureView = { 
/**
 * Official code.
 */
code: string, 
/**
 * Its last values on the filing's basis, oldest first; the period itself comes last. Periods of which
 * nothing is recorded are left out.
 */
course: Array<Point>, 
/**
 * 本季, when the form is one of quarters and the figure a number.
 */
quarter?: Side, 
/**
 * 本年累计, likewise.
 */
ytd?: Side, 
/**
 * A number may be typed by hand in its place.
 */
by_hand: boolean, 
/**
 * What it counts, and where that is said.
 */
about: About, };

/**
 * A scan of a stamped print.
 */
export type FiledScan = { 
/**
 * Id of the proof record.
 */
id: number, 
/**
 * Its file name.
 */
name: string, 
/**
 * A picture that the screen can show.
 */
image: boolean, };

/**
 * What is kept with a filing. What is left out stays as it is.
 */
export type FilingChoice = { 
/**
 * 本季 or 本年累计.
 */
basis: Basis | null, 
/**
 * Last day that counts.
 */
cutoff: string | null, 
/**
 * 报出日期.
 */
reported_on: string | null, 
/**
 * 报送期限.
 */
due_on: string | null, };

/**
 * A filing that was sealed, now or once.
 */
export type FilingEntry = { 
/**
 * Id of the edition.
 */
form: string, 
/**
 * Title as sealed.
 */
title: string, 
/**
 * For example 2021Q3.
 */
period: string, 
/**
 * For example 2021年09月.
 */
label: string, 
/**
 * 本季 or 本年累计.
 */
basis: Basis, 
/**
 * When it was sealed.
 */
sealed_at: string, 
/**
 * When it was opened again, with the reason.
 */
unsealed?: [string, string], 
/**
 * The scans that were attached.
 */
scans: Array<FiledScan>, };

/**
 * A form with its figures, ready to look at, print or seal.
 */
export type Filled = { 
/**
 * Id of the edition.
 */
form: string, 
/**
 * Title, exactly as printed.
 */
title: string, 
/**
 * For example 2021Q3.
 */
period: string, 
/**
 * For example 2021年09月.
 */
period_label: string, 
/**
 * 本季 or 本年累计.
 */
basis: Basis, 
/**
 * First day of the flows.
 */
start: string, 
/**
 * Last day that counts.
 */
cutoff: string, 
/**
 * 报出日期, when it is recorded.
 */
reported_on?: string, 
/**
 * 报送期限, when it is recorded.
 */
due_on?: string, 
/**
 * The wording is official; otherwise it is our own draft, printed 非官方.
 */
official: boolean, 
/**
 * Column heads of the table of figures: 指标名称 计量单位 代码 数量.
 */
columns: Array<string>, 
/**
 * Above the table.
 */
head: Array<HeadItem>, 
/**
 * The figures, in printed order.
 */
cells: Array<Cell>, 
/**
 * Below the table.
 */
foot: Array<HeadItem>, 
/**
 * Tables of records (rosters).
 */
tables: Array<RosterTable>, 
/**
 * The tables alone are printed; the figures only serve them.
 */
lists_only?: boolean, 
/**
 * The paper it is printed on, when that is more than a list of figures.
 */
grid?: Grid, 
/**
 * Rules that spoke, 错误 first.
 */
breaches: Array<Breach>, 
/**
 * Set when the values shown are those sealed at this time.
 */
sealed_at?: string | null, };

/**
 * One condition of a view.
 */
export type Filter = { 
/**
 * English name of the field.
 */
field: string, 
/**
 * What it must be like.
 */
test: Test, };

/**
 * What the window shows first.
 */
export type First = { 
/**
 * The folder as a whole.
 */
status: Status, 
/**
 * The list in which the window was left; `None` when it was left in another room.
 */
list: FirstList | null, };

/**
 * A list that is open when the window appears.
 */
export type FirstList = { 
/**
 * All lists to choose from.
 */
groups: Array<ListGroup>, 
/**
 * English name of the one that is open.
 */
name: string, 
/**
 * Its columns.
 */
columns: Array<Column>, 
/**
 * The filters and the order that the person left it with.
 */
view: View, 
/**
 * Its first rows.
 */
rows: Rows, };

/**
 * Something the person can mend: where it is, and what to do, in Chinese.
 */
export type Flaw = { 
/**
 * Where it is.
 */
place: Place, 
/**
 * What is wrong and what to do, in Chinese.
 */
say: string, };

/**
 * One form to choose from.
 */
export type FormEntry = { 
/**
 * Id of the edition.
 */
id: string, 
/**
 * What its editions share.
 */
family: string, 
/**
 * Title as printed.
 */
title: string, 
/**
 * Who asks for it.
 */
issuer: string, 
/**
 * What it reports on.
 */
period: PeriodKind, 
/**
 * The period to show first, for example 2021Q3.
 */
first: string, 
/**
 * Default basis.
 */
basis: Basis, 
/**
 * Default cut-off day.
 */
cutoff_day: number, 
/**
 * The wording is official.
 */
official: boolean, 
/**
 * From the manager's own forms folder.
 */
own: boolean, };

/**
 * Something missing behind a figure, and where to mend it.
 */
export type Gap = { 
/**
 * English name of the record's kind.
 */
kind: string, 
/**
 * Its id.
 */
id: number, 
/**
 * For example 乙公司 未填 人数.
 */
say: string, };

/**
 * A programme held against the records on a day.
 */
export type Gauge = { 
/**
 * Id of the programme.
 */
programme: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Number of the document.
 */
document: string, 
/**
 * Where the wording comes from.
 */
source: string, 
/**
 * How much of it was seen.
 */
seen: Seen, 
/**
 * What the reader should know about the whole.
 */
notes: Array<string>, 
/**
 * The day on which it was gauged.
 */
on: string, 
/**
 * Conditions met, of those that apply.
 */
met: number, 
/**
 * Conditions not met.
 */
unmet: number, 
/**
 * Conditions of which that cannot be said.
 */
unknown: number, 
/**
 * Points reached, when the programme gives points.
 */
points: number | null, 
/**
 * Full points.
 */
of: number | null, 
/**
 * Pieces of proof that are there (齐全 n/m).
 */
have: number, 
/**
 * Pieces of proof that are wanted.
 */
want: number, 
/**
 * The conditions.
 */
conditions: Array<Gauged>, 
/**
 * The list of material.
 */
documents: Array<Gauged>, };

/**
 * A condition held against the records.
 */
export type Gauged = { 
/**
 * Id, for example S6.
 */
id: string, 
/**
 * What it asks for.
 */
label: string, 
/**
 * How it is decided.
 */
way: Way, 
/**
 * It is asked of this makerspace: the terms of a lease, for one, are not where the site is its own.
 */
applies: boolean, 
/**
 * Today's value: a number in `unit`, or words; blank when it is not known.
 */
value: number | string | null, 
/**
 * Unit of the value.
 */
unit: string, 
/**
 * The value in words, with the days it was measured on.
 */
shown: string, 
/**
 * What is asked for, for example ≥ 5 人.
 */
threshold: string, 
/**
 * Met or not; blank when that cannot be said.
 */
met: boolean | null, 
/**
 * What closes the gap; blank when it is met.
 */
gap: string | null, 
/**
 * Document and clause.
 */
source: string, 
/**
 * What the document leaves open, and the note of a judgement.
 */
note: string, 
/**
 * What the person wrote with the judgement in force.
 */
ground: string, 
/**
 * Last day of validity, of a recognition or a judgement.
 */
until: string | null, 
/**
 * Points reached.
 */
points: number | null, 
/**
 * Full points.
 */
of: number | null, 
/**
 * Pieces of proof that are there.
 */
have: number | null, 
/**
 * Pieces of proof that are wanted.
 */
want: number | null, 
/**
 * Records that lack something, and what. An id of 0: there is no such record yet.
 */
missing: Array<Gap>, 
/**
 * Records behind the value.
 */
from: Array<Source>, 
/**
 * Its parts.
 */
parts: Array<Gauged>, };

/**
 * The paper of a form, filled.
 */
export type Grid = { 
/**
 * A4 across; otherwise upright.
 */
landscape: boolean, 
/**
 * Width of each column in half-width characters.
 */
widths: Array<number>, 
/**
 * Its rows.
 */
rows: Array<GridRow>, 
/**
 * The form's tables of records stand on the paper, and need no sheet of their own.
 */
with_tables?: boolean, };

/**
 * One merged cell of the paper. Boxes never overlap.
 */
export type GridBox = { 
/**
 * Its first column, from 0.
 */
column: number, 
/**
 * Columns that it takes.
 */
columns: number, 
/**
 * Rows that it takes.
 */
rows: number, 
/**
 * Code of the cell whose content stands here alone.
 */
code?: string, 
/**
 * What is printed: fixed wording with contents put in, or the content itself.
 */
text: string, 
/**
 * The number that the text is the print of, where it is one of a table of records.
 */
number?: number | null, 
/**
 * That number shows only the decimals that it has.
 */
short?: boolean, 
/**
 * Printed behind a content, for example a unit that the paper leaves open.
 */
after?: string, 
/**
 * Where it stands.
 */
align: Align, 
/**
 * At the top instead of half-way.
 */
top: boolean, 
/**
 * In bold.
 */
bold: boolean, 
/**
 * Size of the letters in points.
 */
size: number, 
/**
 * The lines around it.
 */
border: Border, };

/**
 * One row of the paper.
 */
export type GridRow = { 
/**
 * Least height in points; a long text makes it taller.
 */
height: number, 
/**
 * A new page begins with it.
 */
new_page: boolean, 
/**
 * The boxes whose upper left corner lies in it, from left to right.
 */
boxes: Array<GridBox>, };

/**
 * A line of the form's head or foot: name, operator, address, contacts, dates.
 */
export type HeadItem = { 
/**
 * English name within the form file.
 */
name: string, 
/**
 * Label as printed, without the colon.
 */
label: string, 
/**
 * Text as printed; blank when the records do not have it.
 */
value: string | null, 
/**
 * The line of print on which it stands; items of one line share the number.
 */
line: number, };

/**
 * One step of a record's history.
 */
export type HistoryEntry = { 
/**
 * Number of the step.
 */
step: number, 
/**
 * When.
 */
at: string, 
/**
 * Name of the step.
 */
name: string, 
/**
 * Who made it; blank when it is not known.
 */
who: string, 
/**
 * Field by field: label, before, after.
 */
changes: Array<[string, string, string]>, };

/**
 * One thing found.
 */
export type Hit = { 
/**
 * Its own label.
 */
label: string, 
/**
 * Where it was found when not in its label: 负责人：李四.
 */
found: string, 
/**
 * Where it leads.
 */
target: Target, };

/**
 * What a search found, by kind.
 */
export type HitGroup = { 
/**
 * 创业团队, 活动, 报表 ….
 */
label: string, 
/**
 * The best of it.
 */
hits: Array<Hit>, 
/**
 * How many more there are.
 */
more: number, };

/**
 * What a person chose about how a file is read. The default lets the program find everything.
 */
export type ImportChoices = { 
/**
 * Sheet to read, by name, a hidden one too; `None` for the one that fits best.
 */
sheet: string | null, 
/**
 * First row of the heading, counted from 1; 0 when the records begin without a heading; `None` to have it found.
 */
heading_row: number | null, 
/**
 * Letters of a column to the English name of the field it is read as, or to `None` for not read.
 * Columns that are not named here are mapped as found.
 */
mapping: Record<string, string | null>, 
/**
 * Rows left out although they could come in.
 */
leave: Array<RowAt>, 
/**
 * What was remembered for files of this shape does not count, and is forgotten by the import.
 */
afresh: boolean, };

/**
 * A figure that a text may name.
 */
export type Insertion = { 
/**
 * Its code: `{code}` in a text.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * 计量单位.
 */
unit: string, 
/**
 * As it prints now; empty when it is not known.
 */
text: string, };

/**
 * One figure of the quarterly report.
 */
export type Key = { 
/**
 * Official code.
 */
code: string, 
/**
 * Label as printed.
 */
label: string, 
/**
 * Unit.
 */
unit: string, 
/**
 * As the report shows it; blank when it is not known.
 */
value: number | string | null, 
/**
 * The report's figure of the quarter before, likewise.
 */
before: number | string | null, 
/**
 * The figure on the form.
 */
target: Target, };

/**
 * A sheet, or a table beside the one that is read, that was not read.
 */
export type LeftOut = { 
/**
 * Name of the sheet.
 */
sheet: string, 
/**
 * What was not read and why, in Chinese.
 */
say: string, };

/**
 * 错误 must be mended; 警示 may stay with a written reason.
 */
export type Level = "error" | "warning";

/**
 * A list to choose.
 */
export type ListEntry = { 
/**
 * English name.
 */
name: string, 
/**
 * Chinese name.
 */
label: string, 
/**
 * Kind of its records.
 */
kind: string, 
/**
 * How many records it has.
 */
count: number, 
/**
 * Records can be typed in. Those that hold a file come with the file.
 */
addable: boolean, };

/**
 * A group of lists to choose from.
 */
export type ListGroup = { 
/**
 * Its heading.
 */
label: string, 
/**
 * Its lists.
 */
lists: Array<ListEntry>, };

/**
 * One row of a grid.
 */
export type ListRow = { 
/**
 * Id of the record; 0 while it is not saved.
 */
id: number, 
/**
 * The record's own label.
 */
label: string, 
/**
 * Texts in the order of the columns.
 */
cells: Array<string>, 
/**
 * What is wrong with it.
 */
marks: Array<Mark>, };

/**
 * One column of the table.
 */
export type Mapped = { 
/**
 * Letters of the column, `C`.
 */
column: string, 
/**
 * Its heading; the parts of a two-row heading are joined by a slash.
 */
heading: string, 
/**
 * English name of the field it was read as, `None` when it is not read.
 */
field: string | null, 
/**
 * Why; `None` for a column that is not read for want of a field.
 */
sure: Sure | null, 
/**
 * The first contents of the column.
 */
samples: Array<string>, };

/**
 * What is wrong with one cell.
 */
export type Mark = { 
/**
 * English name of the field.
 */
field: string, 
/**
 * What is wrong and what to do, in Chinese.
 */
say: string, 
/**
 * It is only not filled in yet.
 */
missing: boolean, };

/**
 * A record whose change moved a sealed figure.
 */
export type Mover = { 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Its own label.
 */
label: string, 
/**
 * When it was last changed.
 */
at: string, 
/**
 * Name of the step that changed it.
 */
step: string, };

/**
 * A record that a form offers as a beginning.
 */
export type Offer = { 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * Headings and contents.
 */
fields: Array<[string, string]>, 
/**
 * There is such a record already.
 */
taken: boolean, };

/**
 * Which rows of a plan to look at.
 */
export type Only = "new" | "change" | "same" | "flawed" | "doubtful" | "left";

/**
 * What needs doing.
 */
export type Overview = { 
/**
 * The quarter, for example 2021Q3.
 */
period: string, 
/**
 * For example 2021年第3季度.
 */
label: string, 
/**
 * The day as of which this is said: today, or the cut-off of a quarter long past.
 */
on: string, 
/**
 * Cut-off of the quarterly report.
 */
cutoff: string, 
/**
 * Where the cut-off stands, in words: 还有 12 天, 今天, 已过 3 天.
 */
cutoff_say: string, 
/**
 * Deadline from the notice, when it is recorded.
 */
due_on: string | null, 
/**
 * Where the deadline stands, in words.
 */
due_say: string, 
/**
 * The report is sealed.
 */
sealed: boolean, 
/**
 * The report.
 */
report: Target, 
/**
 * Where the deadline is recorded.
 */
due: Target, 
/**
 * What is missing, the most pressing first.
 */
todo: Array<Todo>, 
/**
 * Key figures of the quarter with the quarter before.
 */
figures: Array<Key>, };

/**
 * What a pack holds, and where it lies.
 */
export type PackReport = { 
/**
 * Its folder.
 */
folder: string, 
/**
 * The same as a .zip.
 */
zip: string, 
/**
 * Tables.
 */
workbooks: number, 
/**
 * Proof files.
 */
proofs: number, 
/**
 * Bytes of all files.
 */
bytes: number, 
/**
 * Pieces of proof that are there (齐全 n/m).
 */
have: number, 
/**
 * Pieces of proof that are asked for.
 */
want: number, 
/**
 * Lines of the list of what is missing.
 */
missing: number, 
/**
 * Numbers in 账表对应.
 */
numbers: number, 
/**
 * What the person should know: a table that there is not, a file that was damaged.
 */
remarks: Array<string>, };

/**
 * What of a form the person may change.
 */
export type Pattern = { 
/**
 * Id of the edition.
 */
form: string, 
/**
 * Why nothing of it can be changed; blank when it can.
 */
fixed: string, 
/**
 * It is the manager's own copy of one of the program's forms, which can be brought back.
 */
copied: boolean, 
/**
 * Its tables of records.
 */
rosters: Array<PatternRoster>, 
/**
 * Its figures.
 */
indicators: Array<PatternIndicator>, };

/**
 * A column.
 */
export type PatternColumn = { 
/**
 * Its heading.
 */
label: string, 
/**
 * Unit of a money column.
 */
unit: string, };

/**
 * What may stand in a column.
 */
export type PatternContent = { 
/**
 * As form files say it.
 */
value: string, 
/**
 * For people.
 */
label: string, 
/**
 * It is money, and takes a unit.
 */
money: boolean, };

/**
 * A figure.
 */
export type PatternIndicator = { 
/**
 * Its code.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * 计量单位.
 */
unit: string, };

/**
 * A table whose columns can be changed.
 */
export type PatternRoster = { 
/**
 * English name of the kind whose records are its rows; blank where it has one row, about the makerspace.
 */
kind: string, 
/**
 * Its Chinese name.
 */
label: string, 
/**
 * Columns from left to right.
 */
columns: Array<PatternColumn>, 
/**
 * What may stand in a new column.
 */
contents: Array<PatternContent>, };

/**
 * What a form reports on.
 */
export type PeriodKind = "quarter" | "year" | "day";

/**
 * A record to refer to.
 */
export type Pick = { 
/**
 * Its id.
 */
id: number, 
/**
 * Its label.
 */
label: string, 
/**
 * What tells it from others of the same name.
 */
hint: string, };

/**
 * Where a flaw sits. Every part is optional: a workbook has sheet and cell, a record kind and field.
 */
export type Place = { 
/**
 * File name or form id.
 */
file: string | null, 
/**
 * Sheet of a workbook.
 */
sheet: string | null, 
/**
 * Row of the sheet, counted from 1 as in Excel.
 */
row: number | null, 
/**
 * Cell address such as `C7`, or code of a form's cell such as `zjf05`.
 */
cell: string | null, 
/**
 * English name of the kind of record.
 */
kind: string | null, 
/**
 * Id of the record.
 */
id: number | null, 
/**
 * English name of the field.
 */
field: string | null, };

/**
 * Somebody named in a row's cells.
 */
export type PlanPerson = { 
/**
 * New or the same.
 */
action: Action, 
/**
 * The name, with the role where one was written.
 */
label: string, };

/**
 * One row of a plan, for the screen and the command line.
 */
export type PlanRow = { 
/**
 * Its place among all rows of the plan, by which it is ticked.
 */
at: number, 
/**
 * Its sheet, empty for a text file.
 */
sheet: string, 
/**
 * Its row, counted from 1 as in Excel.
 */
row: number, 
/**
 * What happens to it.
 */
action: Action, 
/**
 * It is applied.
 */
taken: boolean, 
/**
 * The record's own label.
 */
label: string, 
/**
 * The record as it will be, by field.
 */
record: Record<string, unknown>, 
/**
 * Its columns as text, in the order of the mapping: of a flawed row as they stand in the file.
 */
texts: Array<string>, 
/**
 * The fields that change.
 */
changes: Array<Change>, 
/**
 * Why the row is left out.
 */
flaws: Array<CellFlaw>, 
/**
 * What was concluded and may be wrong.
 */
doubts: Array<CellFlaw>, 
/**
 * People named in its cells, who become members.
 */
people: Array<PlanPerson>, };

/**
 * A plan without its rows, for the screen.
 */
export type PlanView = { 
/**
 * Name of the file.
 */
file: string, 
/**
 * English name of the list.
 */
shape: string, 
/**
 * Chinese name of the list.
 */
label: string, 
/**
 * What importing it would do with the rows as they are ticked.
 */
counts: Applied, 
/**
 * How many rows there are to look at.
 */
rows: RowCounts, 
/**
 * Every sheet of the file.
 */
sheets: Array<SheetFound>, 
/**
 * First row of the heading; 0 where there is none.
 */
heading_row: number | null, 
/**
 * Last row of the heading.
 */
heading_last: number | null, 
/**
 * Every column with its field.
 */
mapping: Array<Mapped>, 
/**
 * What a column can be read as.
 */
fields: Array<FieldChoice>, 
/**
 * Some of the mapping is what was chosen the last time.
 */
remembered: boolean, 
/**
 * Sheets and tables that were not read, each with the reason.
 */
left_out: Array<LeftOut>, 
/**
 * Labels of fields that a new record must have and no column gives.
 */
lacking: Array<string>, 
/**
 * Why no rows could be read.
 */
trouble: string | null, 
/**
 * The first rows of the sheet as they stand, so that a person can point at the heading.
 */
preview: Array<PreviewLine>, 
/**
 * What was chosen, for choosing further.
 */
choices: ImportChoices, };

/**
 * A figure in one period.
 */
export type Point = { 
/**
 * For example 2021Q3.
 */
period: string, 
/**
 * For example 2021年09月.
 */
label: string, 
/**
 * What the form shows.
 */
value: number | string | null, 
/**
 * As sealed; otherwise from the records of now.
 */
sealed: boolean, };

/**
 * One value to carry over to the portal.
 */
export type PortalLine = { 
/**
 * Official code.
 */
code: string, 
/**
 * 指标名称.
 */
label: string, 
/**
 * 计量单位.
 */
unit: string, 
/**
 * What is pasted; empty when the figure is blank, and then nothing is copied.
 */
text: string, };

/**
 * How pressing something is.
 */
export type Press = "error" | "missing" | "note";

/**
 * A row of the file as it stands.
 */
export type PreviewLine = { 
/**
 * Row, counted from 1.
 */
row: number, 
/**
 * Letters of the column and content, only cells that hold something.
 */
cells: Array<[string, string]>, };

/**
 * One programme to choose from.
 */
export type ProgrammeEntry = { 
/**
 * Id, for example shanxi-2022.
 */
id: string, 
/**
 * Title.
 */
title: string, 
/**
 * Who decides.
 */
issuer: string, 
/**
 * Number of the document.
 */
document: string, 
/**
 * Where the wording comes from.
 */
source: string, 
/**
 * How much of it was seen.
 */
seen: Seen, 
/**
 * Number of conditions.
 */
conditions: number, 
/**
 * Number of items of its list of material.
 */
documents: number, 
/**
 * From the manager's own folder.
 */
own: boolean, };

/**
 * A table of a programme, or one of other occasions.
 */
export type ProgrammeForm = { 
/**
 * Id of the edition.
 */
id: string, 
/**
 * Title as printed.
 */
title: string, 
/**
 * The period for which it is filled on the day.
 */
period: string, 
/**
 * The wording is official.
 */
official: boolean, 
/**
 * It belongs to the programme; another is not checked here.
 */
asked: boolean, 
/**
 * It has texts that are written in the program.
 */
texts: boolean, 
/**
 * 错误 that its checks found.
 */
errors: number, 
/**
 * 警示 without a reason.
 */
warnings: number, };

/**
 * What came of adding files.
 */
export type ProofAdded = { 
/**
 * Ids of the new proof records.
 */
added: number[], 
/**
 * Names of files that this record has already.
 */
known: Array<string>, 
/**
 * What the person should look at: the same content also lies with another record.
 */
remarks: Array<string>, 
/**
 * Files that were not taken, with the reason.
 */
refused: Array<string>, };

/**
 * 齐全 n/m of one record, for a grid.
 */
export type ProofCount = { 
/**
 * The record's id.
 */
id: number, 
/**
 * Needs that are met.
 */
have: number, 
/**
 * Needs.
 */
want: number, 
/**
 * Files of its own.
 */
files: number, };

/**
 * A proof file of a record.
 */
export type ProofFile = { 
/**
 * Id of the proof record.
 */
id: number, 
/**
 * Kind of the record that it lies with: an agreement's file is shown with the tenant too.
 */
owner_kind: string, 
/**
 * Id of that record.
 */
owner_id: number, 
/**
 * That record's label where it is not the one that was asked for, else blank.
 */
owner: string, 
/**
 * 材料类别: 活动通知, 签到表, 照片 ….
 */
role: string, 
/**
 * Its file name.
 */
name: string, 
/**
 * Bytes.
 */
size: number | null, 
/**
 * Day on which it was made, else added.
 */
day: string | null, 
/**
 * A picture that the screen can show small.
 */
image: boolean, 
/**
 * SHA-256 of its content: two files with the same are the same.
 */
sha256: string, };

/**
 * One kind of proof over many records.
 */
export type ProofGroup = { 
/**
 * What is wanted, for example 签到表.
 */
what: string, 
/**
 * Of which records, for example 活动.
 */
of: string, 
/**
 * Records that have it.
 */
have: number, 
/**
 * Records that want it.
 */
want: number, 
/**
 * In one sentence: 2 场活动缺签到表; blank when nothing is missing.
 */
say: string, 
/**
 * The records that lack it.
 */
missing: Array<Gap>, };

/**
 * Something that a record wants.
 */
export type ProofNeed = { 
/**
 * Any of these roles.
 */
roles: Array<string>, 
/**
 * Files that are there.
 */
have: number, 
/**
 * Files that are asked for.
 */
want: number, 
/**
 * 齐 or what is missing: 缺照片 1 张.
 */
say: string, };

/**
 * What was typed into one field of one record.
 */
export type Put = { 
/**
 * Id of the record.
 */
id: number, 
/**
 * English name of the field.
 */
field: string, 
/**
 * As typed; blank empties the field. A reference is written by name, several with 、 between them.
 */
text: string, 
/**
 * The records that were picked from a list, where names alone could mean two.
 */
ids?: number[], };

/**
 * The proof behind a quarterly report.
 */
export type QuarterProof = { 
/**
 * The period, for example 2021Q3.
 */
period: string, 
/**
 * First day that counts.
 */
from: string, 
/**
 * Last day that counts.
 */
to: string, 
/**
 * Pieces that are there (齐全 n/m).
 */
have: number, 
/**
 * Pieces that are wanted.
 */
want: number, 
/**
 * By kind of proof.
 */
groups: Array<ProofGroup>, };

/**
 * What was pasted back, held against the form.
 */
export type ReadBack = { 
/**
 * Line by line, in the portal's order.
 */
lines: Array<Compared>, 
/**
 * How many lines are equal.
 */
same: number, 
/**
 * How many differ.
 */
different: number, 
/**
 * How many were not found in the text.
 */
missing: number, 
/**
 * How the values were found in the text, in Chinese.
 */
how: string, };

/**
 * The proof of a record.
 */
export type RecordProof = { 
/**
 * English name of the record's kind.
 */
kind: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Its label.
 */
label: string, 
/**
 * Its files, then those of records that belong to it.
 */
files: Array<ProofFile>, 
/**
 * What it wants.
 */
needs: Array<ProofNeed>, 
/**
 * Needs that are met (齐全 n/m).
 */
have: number, 
/**
 * Needs.
 */
want: number, 
/**
 * Roles to choose from, those that fit this kind of record.
 */
roles: Array<string>, 
/**
 * The other roles there are.
 */
other_roles: Array<string>, };

/**
 * A record to look at.
 */
export type RecordView = { 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * Chinese name of its kind.
 */
kind_label: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Its own label.
 */
label: string, 
/**
 * It lies in the bin.
 */
in_bin: boolean, 
/**
 * Its fields.
 */
fields: Array<FieldView>, 
/**
 * What was done to it, newest first.
 */
history: Array<HistoryEntry>, };

/**
 * An [`Error`] as the screen gets it.
 */
export type Refusal = { 
/**
 * On which the screen branches: see [`Error::code`].
 */
code: string, 
/**
 * What happened, to what, and what to do, in Chinese.
 */
message: string, 
/**
 * What the person can mend.
 */
flaws: Array<Flaw>, 
/**
 * The backup from which a damaged store can be recovered.
 */
backup?: string, };

/**
 * A record that refers to another.
 */
export type RelatedRow = { 
/**
 * Its id.
 */
id: number, 
/**
 * What it says, without the name of the record it refers to.
 */
label: string, };

/**
 * Records of one list that refer to a record.
 */
export type Relation = { 
/**
 * English name of the list.
 */
list: string, 
/**
 * Chinese name of the list.
 */
label: string, 
/**
 * The field by which they refer to it.
 */
field: string, 
/**
 * How many there are.
 */
count: number, 
/**
 * The newest of them.
 */
rows: Array<RelatedRow>, 
/**
 * One can be typed in.
 */
addable: boolean, };

/**
 * Something that comes due, or is overdue.
 */
export type Reminder = { 
/**
 * What: 甲团队 入驻协议到期.
 */
title: string, 
/**
 * The last day.
 */
day: string, 
/**
 * Days left; negative when it is past.
 */
days: number, 
/**
 * How long there is, and what to do.
 */
say: string, 
/**
 * Past, or within a week.
 */
urgent: boolean, 
/**
 * Where it is mended.
 */
target: Target, };

/**
 * What restoring a backup would do to one kind of record.
 */
export type RestoreChange = { 
/**
 * Chinese name of the kind.
 */
label: string, 
/**
 * Records that would come back.
 */
back: number, 
/**
 * Records that would be as they were.
 */
changed: number, 
/**
 * Records that would go.
 */
gone: number, 
/**
 * Some of them by name: 甲队(恢复), 乙队(改回), 丙队(移除).
 */
named: Array<string>, };

/**
 * One record of a roster.
 */
export type RosterRow = { 
/**
 * English name of the record's kind.
 */
kind: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Contents, one a column.
 */
cells: (number | string | null)[], };

/**
 * A roster as printed: heads and rows of contents.
 */
export type RosterTable = { 
/**
 * Heads, with their units.
 */
columns: Array<string>, 
/**
 * One a record.
 */
rows: Array<RosterRow>, 
/**
 * Width of each column in characters.
 */
widths: Array<number>, 
/**
 * Columns of measures: their numbers show only the decimals that they have.
 */
short?: Array<number>, };

/**
 * The quarterly round of one quarter.
 */
export type Round = { 
/**
 * The quarter, `2021Q3`.
 */
period: string, 
/**
 * The day for which the numbers stand: the filing's cut-off.
 */
as_of: string, 
/**
 * What the quarterly report asks of each tenant.
 */
columns: Array<Column>, 
/**
 * Every tenant served in the quarter.
 */
rows: Array<RoundRow>, 
/**
 * How many are done.
 */
done: number, };

/**
 * One number typed in the round.
 */
export type RoundPut = { 
/**
 * Id of the tenant.
 */
tenant: number, 
/**
 * English name of the field.
 */
field: string, 
/**
 * As typed; blank empties it.
 */
text: string, };

/**
 * One tenant in the round.
 */
export type RoundRow = { 
/**
 * Id of the tenant.
 */
tenant: number, 
/**
 * Its name.
 */
label: string, 
/**
 * 创业团队 or 初创企业, at the cut-off.
 */
stage: string, 
/**
 * Last day in the space, when it left by the cut-off.
 */
left_on: string | null, 
/**
 * Recorded for this quarter, in the order of the columns.
 */
now: Array<string>, 
/**
 * What a confirmation writes: the last number of a stock, 0 of a flow. Blank where there is nothing to offer: no
 * last number, or members by name that are counted instead.
 */
offered: Array<string>, 
/**
 * Day of the last numbers.
 */
last_on: string | null, 
/**
 * A confirmation says something: a number of a stock is recorded or offered. Where no number was ever given, it has
 * to be typed.
 */
confirmable: boolean, 
/**
 * Every stock is recorded.
 */
done: boolean, };

/**
 * Where a row stands in its file.
 */
export type RowAt = { 
/**
 * Name of the sheet; empty for a text file, or for whichever sheet is read.
 */
sheet: string, 
/**
 * Row, counted from 1 as in Excel.
 */
row: number, 
/**
 * First column, counted from 0, of the table that the row is of: another may stand beside it. `None` for whichever.
 */
from: number | null, };

/**
 * How many rows of a plan there are to look at, ticked or not.
 */
export type RowCounts = { 
/**
 * All rows.
 */
all: number, 
/**
 * Rows that add a record.
 */
new: number, 
/**
 * Rows that change one.
 */
change: number, 
/**
 * Rows that the ledger holds already.
 */
same: number, 
/**
 * Rows left out for their flaws.
 */
flawed: number, 
/**
 * Rows with a doubt to look at.
 */
doubtful: number, 
/**
 * Rows that the person left out.
 */
left: number, };

/**
 * A window on the rows of a view.
 */
export type Rows = { 
/**
 * Position of the first one.
 */
from: number, 
/**
 * The rows.
 */
rows: Array<ListRow>, 
/**
 * How many rows the view has.
 */
count: number, 
/**
 * How many records the list has.
 */
all: number, 
/**
 * Sums of the view in the order of the columns, empty where none means anything.
 */
totals: Array<string>, 
/**
 * Why a sum stands empty that people would look for: the rows are of several days.
 */
apart: boolean, };

/**
 * The second copy on another drive.
 */
export type SecondCopy = { 
/**
 * Where it goes; blank until a folder is chosen.
 */
folder: string, 
/**
 * In words: 上次复制于 3 天前, 还没有复制过.
 */
say: string, 
/**
 * It is older than a week, or was never made.
 */
old: boolean, };

/**
 * How much of the official text was there to read.
 */
export type Seen = "whole" | "excerpt";

/**
 * A record in the editor.
 */
export type Sheet = { 
/**
 * List in which it stands today.
 */
list: string, 
/**
 * Chinese name of the list.
 */
list_label: string, 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * It lies in the bin.
 */
in_bin: boolean, 
/**
 * Its texts in the order of the list's columns.
 */
row: ListRow, 
/**
 * Ids behind its references, by field.
 */
ids: Record<string, number[]>, 
/**
 * Other records that refer to it.
 */
related: Array<Relation>, 
/**
 * What was done to it, newest first.
 */
history: Array<HistoryEntry>, };

/**
 * A sheet of the file.
 */
export type SheetFound = { 
/**
 * Its name; empty for a text file.
 */
name: string, 
/**
 * Rows that hold anything.
 */
rows: number, 
/**
 * First row of the heading that was found for this list.
 */
heading_row: number | null, 
/**
 * Columns that have a field.
 */
known: number, 
/**
 * Excel does not show it.
 */
hidden: boolean, 
/**
 * It is read.
 */
read: boolean, 
/**
 * Why it is read or not, in Chinese.
 */
say: string, };

/**
 * A figure on one of the two bases.
 */
export type Side = { 
/**
 * What the form would show on this basis.
 */
value: number | string | null, 
/**
 * The filing is on this basis.
 */
filed: boolean, 
/**
 * First day that counts.
 */
start: string, };

/**
 * One part of a whole.
 */
export type Slice = { 
/**
 * What it is.
 */
label: string, 
/**
 * How many.
 */
count: number, };

/**
 * The order of a view.
 */
export type Sort = { 
/**
 * English name of the field.
 */
field: string, 
/**
 * The greatest first. Blanks stand last either way.
 */
down: boolean, };

/**
 * One record behind a figure.
 */
export type Source = { 
/**
 * English name of its kind.
 */
kind: string, 
/**
 * Its id.
 */
id: number, 
/**
 * Its own label, as people name it.
 */
label: string, 
/**
 * What it adds to the figure, in the cell's unit, unrounded.
 */
amount: number, 
/**
 * The same in the smallest unit (分, or the count itself): these add up exactly.
 */
exact: number, };

/**
 * How a makerspace stands with a programme.
 */
export type Standing = { 
/**
 * Id of the programme.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Who decides.
 */
issuer: string, 
/**
 * How much of its text was seen.
 */
seen: Seen, 
/**
 * Conditions met.
 */
met: number, 
/**
 * Conditions that apply.
 */
of: number, 
/**
 * Pieces of proof that are there.
 */
have: number, 
/**
 * Pieces of proof that are wanted.
 */
want: number, };

/**
 * What the window shows first.
 */
export type Status = { 
/**
 * The data folder.
 */
folder: string, 
/**
 * 众创空间名称, once it is recorded.
 */
name: string | null, 
/**
 * Nothing is recorded yet.
 */
empty: boolean, 
/**
 * What undo would take back.
 */
undo: string | null, 
/**
 * What redo would bring again.
 */
redo: string | null, 
/**
 * The day on which the program runs.
 */
today: string, 
/**
 * The form to show first.
 */
form: string | null, 
/**
 * The period to show first.
 */
period: string | null, 
/**
 * Forms to choose from.
 */
forms: Array<FormEntry>, 
/**
 * Form files with flaws.
 */
broken: Array<BrokenForm>, 
/**
 * Periods to choose from, newest first.
 */
periods: Array<string>, 
/**
 * What the person should know about where the data folder lies, in Chinese: see [`Desk::warnings`].
 */
warnings: Array<string>, 
/**
 * Why the last backup that was due by itself could not be made; the changes are saved all the same.
 */
backup_trouble: string | null, };

/**
 * How far long work is.
 */
export type Step = { 
/**
 * What is being done, in Chinese: 读取名册, 复制佐证 ….
 */
what: string, 
/**
 * Parts done.
 */
done: number, 
/**
 * Parts in all; 0 while it is not known.
 */
all: number, };

/**
 * A step of the log as a person sees it.
 */
export type StepEntry = { 
/**
 * Number of the step.
 */
id: number, 
/**
 * What was done.
 */
name: string, 
/**
 * When.
 */
at: string, 
/**
 * Who did it; blank when it is not known.
 */
who: string, 
/**
 * How many records it changed.
 */
changes: number, 
/**
 * It is no longer in force.
 */
undone: boolean, 
/**
 * It can be tried to take it back by itself.
 */
can_take_back: boolean, };

/**
 * Why a column was read as its field.
 */
export type Sure = "label" | "alias" | "fuzzy" | "content" | "remembered" | "chosen";

/**
 * One change of a form's own copy.
 */
export type Tailoring = { "do": "add_column", 
/**
 * Its heading.
 */
label: string, 
/**
 * What stands in it, as form files say it: a field such as extra1, or blank.
 */
value: string, 
/**
 * Unit of a money column.
 */
unit?: string, 
/**
 * Which roster of the form, from 0.
 */
roster: number, } | { "do": "rename_column", 
/**
 * Its heading.
 */
label: string, 
/**
 * The new one.
 */
to: string, 
/**
 * The new unit.
 */
unit?: string, 
/**
 * Which roster of the form, from 0.
 */
roster: number, } | { "do": "move_column", 
/**
 * Its heading.
 */
label: string, 
/**
 * Its new place.
 */
at: number, 
/**
 * Which roster of the form, from 0.
 */
roster: number, } | { "do": "remove_column", 
/**
 * Its heading.
 */
label: string, 
/**
 * Which roster of the form, from 0.
 */
roster: number, } | { "do": "add_indicator", 
/**
 * 指标名称.
 */
label: string, 
/**
 * 计量单位.
 */
unit: string, } | { "do": "rename_indicator", 
/**
 * Its code.
 */
code: string, 
/**
 * The new name.
 */
to: string, 
/**
 * The new unit.
 */
unit?: string, } | { "do": "remove_indicator", 
/**
 * Its code.
 */
code: string, } | { "do": "reset" };

/**
 * A place of the window. A finding made in the core carries one, so that the screen decides nothing.
 */
export type Target = { "room": "overview" } | { "room": "records", 
/**
 * English name of the list, for example team.
 */
list?: string, 
/**
 * Records to show.
 */
ids?: number[], 
/**
 * English name of the field to go to, or `proof` for the record's proof files.
 */
field?: string, } | { "room": "round", 
/**
 * The quarter, for example 2021Q3.
 */
period?: string, } | { "room": "import", 
/**
 * English name of the list to import into.
 */
list?: string, } | { "room": "reports", 
/**
 * Id of the edition.
 */
form?: string, 
/**
 * The period, for example 2021Q3.
 */
period?: string, 
/**
 * Code of the figure.
 */
code?: string, 
/**
 * The 警示 whose reason is to be written.
 */
rule?: string, 
/**
 * English name of the filing's field to go to: due_on.
 */
field?: string, } | { "room": "annexes", 
/**
 * Id of the programme.
 */
programme?: string, 
/**
 * Its condition.
 */
condition?: string, } | { "room": "keeping", 
/**
 * backups, verify, folder, privacy, look, history, about.
 */
section?: string, };

/**
 * What a row of a column must be like.
 */
export type Test = { "is": "contains", 
/**
 * What is looked for.
 */
text: string, } | { "is": "among", 
/**
 * Texts as the column shows them.
 */
words: Array<string>, } | { "is": "range", 
/**
 * The least, as typed.
 */
from: string, 
/**
 * The most, as typed.
 */
to: string, } | { "is": "blank" } | { "is": "filled" };

/**
 * A text of a form as the person writes it.
 */
export type TextView = { 
/**
 * Id of the edition.
 */
form: string, 
/**
 * Its code.
 */
code: string, 
/**
 * Its heading.
 */
label: string, 
/**
 * As written, with `{code}` in the places of figures.
 */
raw: string, 
/**
 * With the figures of now.
 */
text: string, 
/**
 * Characters, blanks left out, after the figures were put in.
 */
length: number, 
/**
 * Characters that it may have.
 */
limit: number | null, 
/**
 * It has more than that.
 */
over: boolean, 
/**
 * Nobody has written it: the form's own wording stands here.
 */
draft: boolean, 
/**
 * Figures that were others when it was written or confirmed.
 */
changed: Array<ChangedFigure>, 
/**
 * `{code}` that are no figure, in the order of the text.
 */
unknown: Array<string>, 
/**
 * What may be put in: code, heading, unit and print of now.
 */
insertions: Array<Insertion>, };

/**
 * One thing to do, and where.
 */
export type Todo = { 
/**
 * How pressing it is.
 */
press: Press, 
/**
 * In Chinese: 6 个团队未更新 9 月人数.
 */
say: string, 
/**
 * The place that mends it.
 */
target: Target, };

/**
 * What was typed into one field.
 */
export type Typed = { 
/**
 * English name of the field.
 */
field: string, 
/**
 * As typed; blank empties the field. A reference is written by name, several with 、 between them.
 */
text: string, 
/**
 * The records that were picked from a list, where names alone could mean two.
 */
ids?: number[], };

/**
 * Whether a line read back agrees.
 */
export type Verdict = "same" | "different" | "missing";

/**
 * What a grid shows of a list.
 */
export type View = { 
/**
 * Conditions; a row meets all of them.
 */
filters: Array<Filter>, 
/**
 * Order; without one, as the records were entered.
 */
sort: Sort | null, 
/**
 * Only records with something missing or wrong.
 */
flawed: boolean, 
/**
 * Only these records: those that a finding names.
 */
only: number[] | null, };

/**
 * How a condition is decided, by name.
 */
export type Way = "gate" | "any" | "all" | "judge" | "proof" | "score" | "validity";
