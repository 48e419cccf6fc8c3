-- What the annexes ask for beyond the start: values typed by hand with decimals, figures that a text was written
-- with, the level of a platform, who applies for a 双创示范基地, and the two tables whose lines the manager decides.

ALTER TABLE "override_value" ADD COLUMN "exact" INTEGER; -- hundredths of the cell's unit; "value" when it is blank
ALTER TABLE "platform" ADD COLUMN "level" TEXT;
ALTER TABLE "operator" ADD COLUMN "applicant_kind" TEXT;
ALTER TABLE "operator" ADD COLUMN "direction" TEXT;

-- 量化指标
CREATE TABLE "indicator" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "direction" TEXT,
  "name" TEXT,
  "unit" TEXT,
  "figure" TEXT,
  "value1" INTEGER,
  "value2" INTEGER,
  "value3" INTEGER,
  "target" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 建设项目
CREATE TABLE "construction" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "undertaker" TEXT,
  "content" TEXT,
  "years" TEXT,
  "total" INTEGER,
  "funding" TEXT,
  "subsidy" INTEGER,
  "extra1" TEXT,
  "extra2" TEXT,
  "extra3" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 文字写定: the figures that a text was written or confirmed with, as {"mentors":"7"}
CREATE TABLE "written" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "code" TEXT,
  "on" TEXT,
  "figures" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
