-- The start: the change log, and one table for each kind of record.
-- Dates are text (2021-09-20, months 2021-09), money is in 分, decimals in hundredths, lists of ids JSON.
-- deleted_at and deleted_with: when a record went to the bin, and the record with which it went there.

CREATE TABLE store (
  id TEXT NOT NULL -- made once, at random: tells one store from another
) STRICT;

-- One change by a person, one undo or one redo. While it is being written its hash is NULL.
CREATE TABLE step (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('do', 'undo', 'redo', 'revert', 'migrate')),
  of INTEGER REFERENCES step (id),
  hash TEXT -- SHA-256 over the hash before it, this row and its changes
) STRICT;

-- One row of one table before and after; the triggers of that table write it.
CREATE TABLE change (
  seq INTEGER PRIMARY KEY,
  step INTEGER NOT NULL REFERENCES step (id),
  kind TEXT NOT NULL,
  row INTEGER NOT NULL,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX change_step ON change (step);
CREATE INDEX change_row ON change (kind, row, seq);

-- The log is only ever added to.
CREATE TRIGGER step_is_final BEFORE UPDATE ON step WHEN OLD.hash IS NOT NULL BEGIN
  SELECT RAISE(ABORT, '变更日志不能修改');
END;
CREATE TRIGGER step_stays BEFORE DELETE ON step WHEN OLD.hash IS NOT NULL BEGIN
  SELECT RAISE(ABORT, '变更日志不能删除');
END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change BEGIN
  SELECT RAISE(ABORT, '变更日志不能修改');
END;
CREATE TRIGGER change_stays BEFORE DELETE ON change BEGIN
  SELECT RAISE(ABORT, '变更日志不能删除');
END;
CREATE TRIGGER change_has_step BEFORE INSERT ON change
WHEN NOT EXISTS (SELECT 1 FROM step WHERE id = NEW.step AND hash IS NULL) BEGIN
  SELECT RAISE(ABORT, '只能经由众创台账修改');
END;

-- 众创空间
CREATE TABLE "space" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "valid_from" TEXT,
  "name" TEXT,
  "kind" TEXT,
  "speciality" TEXT,
  "speciality_platform" TEXT,
  "founded_on" TEXT,
  "operating_since" TEXT,
  "region" TEXT,
  "address" TEXT,
  "postal_address" TEXT,
  "postcode" TEXT,
  "on_campus" INTEGER CHECK ("on_campus" IN (0, 1)),
  "public_platform" TEXT,
  "online_service" TEXT,
  "national_filing" INTEGER CHECK ("national_filing" IN (0, 1)),
  "national_batch" TEXT,
  "national_document" TEXT,
  "national_on" TEXT,
  "provincial_document" TEXT,
  "provincial_on" TEXT,
  "provincial_until" TEXT,
  "in_hightech_zone" INTEGER CHECK ("in_hightech_zone" IN (0, 1)),
  "hightech_zone" TEXT,
  "in_incubator" INTEGER CHECK ("in_incubator" IN (0, 1)),
  "incubator" TEXT,
  "orientation" TEXT,
  "industry_area" TEXT,
  "recommender" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 运营主体
CREATE TABLE "operator" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "valid_from" TEXT,
  "name" TEXT,
  "credit_code" TEXT,
  "licence_no" TEXT,
  "org_nature" TEXT,
  "founded_on" TEXT,
  "legal_person" TEXT,
  "capital_structure" TEXT,
  "registered_address" TEXT,
  "region" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 联系人
CREATE TABLE "contact" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "role" TEXT,
  "name" TEXT,
  "office_phone" TEXT,
  "mobile" TEXT,
  "email" TEXT,
  "fax" TEXT,
  "valid_from" TEXT,
  "valid_to" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 场地
CREATE TABLE "site" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "valid_from" TEXT,
  "source" TEXT,
  "total_area" INTEGER,
  "service_area" INTEGER,
  "public_area" INTEGER,
  "desk_area" INTEGER,
  "tenant_area" INTEGER,
  "lease_from" TEXT,
  "lease_until" TEXT,
  "rent_per_m2" INTEGER,
  "rent_per_desk" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 工位
CREATE TABLE "desks" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "as_of" TEXT,
  "total" INTEGER,
  "open" INTEGER,
  "taken" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 设施设备
CREATE TABLE "facility" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "kind" TEXT,
  "name" TEXT,
  "description" TEXT,
  "original_value" INTEGER,
  "acquired_on" TEXT,
  "retired_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 服务人员
CREATE TABLE "staff" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "post" TEXT,
  "full_time" INTEGER CHECK ("full_time" IN (0, 1)),
  "education" TEXT,
  "major" TEXT,
  "birth_year" INTEGER,
  "professional" INTEGER CHECK ("professional" IN (0, 1)),
  "certificates" TEXT,
  "joined_on" TEXT,
  "left_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 服务机构
CREATE TABLE "provider" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "kind" TEXT,
  "signed_from" TEXT,
  "signed_until" TEXT,
  "services" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 孵化资金
CREATE TABLE "fund" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "kind" TEXT,
  "own" INTEGER CHECK ("own" IN (0, 1)),
  "size" INTEGER,
  "founded_on" TEXT,
  "closed_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 入驻对象
CREATE TABLE "tenant" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "entered_as" TEXT,
  "leader_name" TEXT,
  "leader_phone" TEXT,
  "leader_trait" TEXT,
  "serial_founder" INTEGER CHECK ("serial_founder" IN (0, 1)),
  "gender" TEXT,
  "project" TEXT,
  "tech_area" TEXT,
  "core_tech" TEXT,
  "industry_code" TEXT,
  "is_tech" INTEGER CHECK ("is_tech" IN (0, 1)),
  "reg_type" TEXT,
  "credit_code" TEXT,
  "registered_on" TEXT,
  "reg_capital" INTEGER,
  "legal_person" TEXT,
  "taxpayer_kind" TEXT,
  "is_hightech" INTEGER CHECK ("is_hightech" IN (0, 1)),
  "hightech_no" TEXT,
  "hightech_until" TEXT,
  "is_tech_sme" INTEGER CHECK ("is_tech_sme" IN (0, 1)),
  "tech_sme_no" TEXT,
  "tech_sme_until" TEXT,
  "is_innovative_sme" INTEGER CHECK ("is_innovative_sme" IN (0, 1)),
  "is_specialised" INTEGER CHECK ("is_specialised" IN (0, 1)),
  "is_giant" INTEGER CHECK ("is_giant" IN (0, 1)),
  "is_listed" INTEGER CHECK ("is_listed" IN (0, 1)),
  "is_overseas" INTEGER CHECK ("is_overseas" IN (0, 1)),
  "team_name" TEXT,
  "moved_in_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 入驻协议
CREATE TABLE "agreement" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "number" TEXT,
  "signed_on" TEXT,
  "start_on" TEXT,
  "end_on" TEXT,
  "area" INTEGER,
  "desks" INTEGER,
  "room" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "agreement_tenant" ON "agreement" ("tenant");

-- 季度数据
CREATE TABLE "snapshot" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "as_of" TEXT,
  "headcount" INTEGER,
  "fresh_graduates" INTEGER,
  "doctors" INTEGER,
  "college" INTEGER,
  "returnees" INTEGER,
  "interns" INTEGER,
  "period_from" TEXT,
  "revenue" INTEGER,
  "profit" INTEGER,
  "exports" INTEGER,
  "rnd" INTEGER,
  "tax" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "snapshot_tenant" ON "snapshot" ("tenant");

-- 成员
CREATE TABLE "member" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "name" TEXT,
  "gender" TEXT,
  "in_school" INTEGER CHECK ("in_school" IN (0, 1)),
  "school" TEXT,
  "major" TEXT,
  "education" TEXT,
  "graduation_year" INTEGER,
  "is_fresh" INTEGER CHECK ("is_fresh" IN (0, 1)),
  "is_returnee" INTEGER CHECK ("is_returnee" IN (0, 1)),
  "phone" TEXT,
  "joined_on" TEXT,
  "left_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "member_tenant" ON "member" ("tenant");

-- 毕业与退出
CREATE TABLE "exit" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "kind" TEXT,
  "on" TEXT,
  "destination" TEXT,
  "current_state" TEXT,
  "follow_up" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "exit_tenant" ON "exit" ("tenant");

-- 减免房租
CREATE TABLE "rent_relief" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "month" TEXT,
  "standard" INTEGER,
  "charged" INTEGER,
  "waived" INTEGER,
  "basis" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "rent_relief_tenant" ON "rent_relief" ("tenant");

-- 收入
CREATE TABLE "income" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "received_on" TEXT,
  "line" TEXT,
  "amount" INTEGER,
  "payer" TEXT,
  "description" TEXT,
  "voucher" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 支出
CREATE TABLE "cost" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "paid_on" TEXT,
  "kind" TEXT,
  "amount" INTEGER,
  "description" TEXT,
  "voucher" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 免税
CREATE TABLE "tax_relief" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "on" TEXT,
  "tax" TEXT,
  "amount" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 投融资
CREATE TABLE "financing" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "on" TEXT,
  "kind" TEXT,
  "investor" TEXT,
  "amount" INTEGER,
  "share" INTEGER,
  "own_fund" INTEGER CHECK ("own_fund" IN (0, 1)),
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "financing_tenant" ON "financing" ("tenant");

-- 基金投资
CREATE TABLE "investment" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "fund" INTEGER REFERENCES "fund" (id) DEFERRABLE INITIALLY DEFERRED,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "on" TEXT,
  "amount" INTEGER,
  "share" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "investment_fund" ON "investment" ("fund");
CREATE INDEX "investment_tenant" ON "investment" ("tenant");

-- 知识产权
CREATE TABLE "ip" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "kind" TEXT,
  "title" TEXT,
  "number" TEXT,
  "applied_on" TEXT,
  "granted_on" TEXT,
  "expires_on" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "ip_tenant" ON "ip" ("tenant");

-- 获奖
CREATE TABLE "award" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "name" TEXT,
  "level" TEXT,
  "prize" TEXT,
  "on" TEXT,
  "amount" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "award_tenant" ON "award" ("tenant");

-- 承担项目
CREATE TABLE "project" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "name" TEXT,
  "level" TEXT,
  "start_on" TEXT,
  "end_on" TEXT,
  "amount" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "project_tenant" ON "project" ("tenant");

-- 技术合同
CREATE TABLE "contract" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "name" TEXT,
  "kind" TEXT,
  "on" TEXT,
  "amount" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "contract_tenant" ON "contract" ("tenant");

-- 创业导师
CREATE TABLE "mentor" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "employer" TEXT,
  "title" TEXT,
  "kind" TEXT,
  "full_time" INTEGER CHECK ("full_time" IN (0, 1)),
  "field" TEXT,
  "phone" TEXT,
  "email" TEXT,
  "from" TEXT,
  "until" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 辅导记录
CREATE TABLE "session" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "mentor" INTEGER REFERENCES "mentor" (id) DEFERRABLE INITIALLY DEFERRED,
  "on" TEXT,
  "hours" INTEGER,
  "form" TEXT,
  "tenants" TEXT,
  "content" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "session_mentor" ON "session" ("mentor");

-- 活动
CREATE TABLE "event" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "on" TEXT,
  "end_on" TEXT,
  "name" TEXT,
  "kind" TEXT,
  "place" TEXT,
  "online" TEXT,
  "host_role" TEXT,
  "organiser" TEXT,
  "sessions" INTEGER,
  "attendees" INTEGER,
  "responsible" TEXT,
  "counted" INTEGER CHECK ("counted" IN (0, 1)),
  "summary" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 佐证材料
CREATE TABLE "proof" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "owner" TEXT,
  "role" TEXT,
  "name" TEXT,
  "sha256" TEXT,
  "size" INTEGER,
  "taken_on" TEXT,
  "pages" INTEGER,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "proof_owner" ON "proof" ("owner");

-- 孵化案例
CREATE TABLE "case_story" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "tenant" INTEGER REFERENCES "tenant" (id) DEFERRABLE INITIALLY DEFERRED,
  "year" INTEGER,
  "title" TEXT,
  "service" TEXT,
  "solved" TEXT,
  "text" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
CREATE INDEX "case_story_tenant" ON "case_story" ("tenant");

-- 文字材料
CREATE TABLE "text_block" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "cell" TEXT,
  "text" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 平台与荣誉
CREATE TABLE "platform" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "approved" TEXT,
  "completed" TEXT,
  "body" TEXT,
  "document_title" TEXT,
  "document_no" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 绩效评价
CREATE TABLE "evaluation" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "year" INTEGER,
  "level" TEXT,
  "grade" TEXT,
  "document_no" TEXT,
  "rectify_by" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 目标任务
CREATE TABLE "target" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "name" TEXT,
  "figure" TEXT,
  "value" INTEGER,
  "unit" TEXT,
  "from" TEXT,
  "until" TEXT,
  "responsible" TEXT,
  "source" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 填报
CREATE TABLE "filing" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "period" TEXT,
  "basis" TEXT,
  "cutoff" TEXT,
  "due_on" TEXT,
  "reported_on" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 手工值
CREATE TABLE "override_value" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "period" TEXT,
  "code" TEXT,
  "value" INTEGER,
  "reason" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 警示说明
CREATE TABLE "explanation" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "period" TEXT,
  "rule" TEXT,
  "reason" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 条件判断
CREATE TABLE "judgement" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "programme" TEXT,
  "condition" TEXT,
  "answer" INTEGER CHECK ("answer" IN (0, 1)),
  "on" TEXT,
  "until" TEXT,
  "note" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;

-- 上报封存
CREATE TABLE "seal" (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  "form" TEXT,
  "period" TEXT,
  "sealed_at" TEXT,
  "frozen" TEXT,
  "edition" TEXT,
  "workbook" TEXT,
  "unsealed_at" TEXT,
  "unseal_reason" TEXT,
  deleted_at TEXT,
  deleted_with TEXT
) STRICT;
