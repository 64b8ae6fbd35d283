-- What people decide of a field stands beside the machine's reading, never over it. Rows are only ever added:
-- of several decisions about a field the last one holds.
CREATE TABLE decision (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    page   INTEGER NOT NULL,
    field  TEXT NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('answered', 'blank', 'multiple')),
    value  TEXT NOT NULL CHECK ((state = 'answered') = (value <> '')),
    person TEXT NOT NULL CHECK (length(person) BETWEEN 1 AND 100),
    reason TEXT NOT NULL CHECK (length(reason) <= 1000), -- why, in a person's words; may be empty
    made   TEXT NOT NULL,
    FOREIGN KEY (page, field) REFERENCES field (page, name)
) STRICT;

CREATE INDEX decision_of_field ON decision (page, field, id);

CREATE TRIGGER decision_never_changed BEFORE UPDATE ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed: add another');
END;

CREATE TRIGGER decision_never_deleted BEFORE DELETE ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never deleted: add another');
END;

-- The scanner that a page came from, as its people name it; NULL where nobody said.
ALTER TABLE page ADD COLUMN scanner TEXT CHECK (length(scanner) BETWEEN 1 AND 100);
