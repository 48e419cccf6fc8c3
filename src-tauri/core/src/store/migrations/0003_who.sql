-- Who made a step: the name in the settings, else the user of the computer. Steps from before have none.
CREATE TABLE signature (
  step INTEGER PRIMARY KEY, -- step.id; the chain of hashes watches over the steps themselves
  who TEXT NOT NULL
) STRICT;

CREATE TRIGGER signature_is_of_open_step BEFORE INSERT ON signature
WHEN NOT EXISTS (SELECT 1 FROM step WHERE id = NEW.step AND hash IS NULL) BEGIN
  SELECT RAISE(ABORT, '只能经由众创台账修改');
END;

CREATE TRIGGER signature_is_final BEFORE UPDATE ON signature BEGIN
  SELECT RAISE(ABORT, '变更日志不能修改');
END;

CREATE TRIGGER signature_stays BEFORE DELETE ON signature BEGIN
  SELECT RAISE(ABORT, '变更日志不能删除');
END;
