-- The sheet ledger (docs/station.md): what document feeders fed, run by run and side by side.
-- The operator's count of the whole batch; NULL where nobody counted.
ALTER TABLE batch ADD COLUMN sheets INTEGER CHECK (sheets BETWEEN 1 AND 1000000);

-- One run of a feeder for a batch. While it runs it has no cause; `ended` stays NULL where its station died.
CREATE TABLE feed (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    batch    INTEGER NOT NULL REFERENCES batch (id),
    scanner  TEXT NOT NULL CHECK (length(scanner) BETWEEN 1 AND 1000),
    settings TEXT NOT NULL CHECK (json_valid(settings) AND json_type(settings) = 'object'),
    duplex   INTEGER NOT NULL CHECK (duplex IN (0, 1)),
    begun    TEXT NOT NULL,
    ended    TEXT,
    cause    TEXT CHECK (length(cause) BETWEEN 1 AND 40 AND cause NOT GLOB '*[^a-z0-9_]*'),
    CHECK (ended IS NULL OR cause IS NOT NULL)
) STRICT;

CREATE INDEX feed_of_batch ON feed (batch, id);
CREATE UNIQUE INDEX feed_running_once ON feed (batch) WHERE cause IS NULL;

CREATE TRIGGER feed_ends_once BEFORE UPDATE ON feed
WHEN OLD.cause IS NOT NULL OR NEW.cause IS NULL OR NEW.id <> OLD.id OR NEW.batch <> OLD.batch
    OR NEW.scanner <> OLD.scanner OR NEW.settings <> OLD.settings OR NEW.duplex <> OLD.duplex
    OR NEW.begun <> OLD.begun
BEGIN
    SELECT RAISE(ABORT, 'a feed ends once, and nothing else of it changes');
END;

CREATE TRIGGER feed_never_deleted BEFORE DELETE ON feed
BEGIN
    SELECT RAISE(ABORT, 'a feed is never deleted');
END;

-- One side of a sheet as it came. `page` is the one stored for it, or held already; `serial` and `page_number` are
-- as read, which may be known of a lost side too. A bare side is the back of a sheet that has nothing printed on it, as
-- it should be.
CREATE TABLE frame (
    batch       INTEGER NOT NULL REFERENCES batch (id),
    sheet       INTEGER NOT NULL CHECK (sheet BETWEEN 1 AND 4294967294),
    side        TEXT NOT NULL CHECK (side IN ('front', 'back')),
    feed        INTEGER NOT NULL REFERENCES feed (id),
    state       TEXT NOT NULL CHECK (state IN ('stored', 'same', 'lost', 'bare')),
    page        INTEGER REFERENCES page (id),
    serial      TEXT,
    page_number INTEGER CHECK (page_number >= 1),
    cause       TEXT CHECK (length(cause) BETWEEN 1 AND 40 AND cause NOT GLOB '*[^a-z0-9_]*'),
    PRIMARY KEY (batch, sheet, side),
    CHECK ((state IN ('stored', 'same')) = (page IS NOT NULL)),
    CHECK ((state = 'lost') = (cause IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER frame_never_changed BEFORE UPDATE ON frame
BEGIN
    SELECT RAISE(ABORT, 'the ledger is never changed: a sheet fed again has a new number');
END;

CREATE TRIGGER frame_never_deleted BEFORE DELETE ON frame
BEGIN
    SELECT RAISE(ABORT, 'the ledger is never changed: a sheet fed again has a new number');
END;

-- What was last used with a scanner.
CREATE TABLE scanner_settings (
    scanner  TEXT PRIMARY KEY CHECK (length(scanner) BETWEEN 1 AND 1000),
    settings TEXT NOT NULL CHECK (json_valid(settings) AND json_type(settings) = 'object')
) STRICT, WITHOUT ROWID;
