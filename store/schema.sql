-- The station's database, schema version 1; docs/station.md tells its meaning. It is never edited once released:
-- a change is a further file schema-N.sql, named in database.c.

-- A form package of forms/. `digest` is over the package and the files it names: what "the same form" means.
CREATE TABLE form (
    id      INTEGER PRIMARY KEY,
    code    TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 20),
    version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 999999),
    pages   INTEGER NOT NULL CHECK (pages BETWEEN 1 AND 200),
    file    TEXT NOT NULL UNIQUE, -- of the package, relative to forms/
    digest  TEXT NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
    added   TEXT NOT NULL,
    UNIQUE (code, version)
) STRICT;

CREATE TABLE sample_column (
    position INTEGER PRIMARY KEY CHECK (position >= 0),
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

-- `cells` is a JSON array of texts, one a sample_column.
CREATE TABLE sample (
    serial TEXT PRIMARY KEY CHECK (length(serial) BETWEEN 1 AND 20),
    cells  TEXT NOT NULL CHECK (json_valid(cells) AND json_type(cells) = 'array')
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    created TEXT NOT NULL
) STRICT;

-- A file of images/, held once however many pages it has.
CREATE TABLE image (
    id     INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    ending TEXT NOT NULL CHECK (length(ending) BETWEEN 1 AND 5 AND ending NOT GLOB '*[^a-z0-9]*'),
    bytes  INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;

-- One printed copy of a form: it is there from its first page on. A serial belongs to one form.
CREATE TABLE questionnaire (
    id     INTEGER PRIMARY KEY,
    serial TEXT NOT NULL UNIQUE CHECK (length(serial) BETWEEN 1 AND 20),
    form   INTEGER NOT NULL REFERENCES form (id)
) STRICT;

-- A page image and what identified it. `form`, `serial` and `page` are as read, NULL where unknown.
CREATE TABLE page (
    id            INTEGER PRIMARY KEY,
    image         INTEGER NOT NULL REFERENCES image (id),
    image_index   INTEGER NOT NULL CHECK (image_index >= 0), -- page of a file of several
    batch         INTEGER NOT NULL REFERENCES batch (id),
    state         TEXT NOT NULL CHECK (state IN ('held', 'doubled', 'refused')),
    questionnaire INTEGER REFERENCES questionnaire (id),
    form          INTEGER REFERENCES form (id),
    serial        TEXT,
    page          INTEGER CHECK (page >= 1),
    fields        INTEGER NOT NULL CHECK (fields >= 0), -- how many were read
    rotation_deg  REAL,
    dpi_x         REAL,
    dpi_y         REAL,
    residual_mm   REAL,
    source        TEXT NOT NULL,
    profile       TEXT NOT NULL,
    stored        TEXT NOT NULL,
    UNIQUE (image, image_index),
    CHECK ((state = 'refused') = (questionnaire IS NULL)),
    CHECK (state = 'refused' OR (form IS NOT NULL AND page IS NOT NULL)),
    CHECK (state <> 'refused' OR fields = 0)
) STRICT;

CREATE UNIQUE INDEX page_held_once ON page (questionnaire, page) WHERE state = 'held';
CREATE INDEX page_of_questionnaire ON page (questionnaire, page) WHERE questionnaire IS NOT NULL;
CREATE INDEX page_of_batch ON page (batch, state, questionnaire);
CREATE INDEX page_not_held ON page (state) WHERE state <> 'held';

-- The machine's reading of a field: written once, never changed.
-- `reasons` is a JSON array of texts, `marks` one of the objects that `phieu read` prints.
CREATE TABLE field (
    page       INTEGER NOT NULL REFERENCES page (id),
    position   INTEGER NOT NULL CHECK (position >= 0),
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('answered', 'blank', 'multiple', 'unsure', 'to_key')),
    confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    reasons    TEXT NOT NULL CHECK (json_valid(reasons)),
    marks      TEXT NOT NULL CHECK (json_valid(marks)),
    PRIMARY KEY (page, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX field_for_person ON field (state, page) WHERE state IN ('multiple', 'unsure', 'to_key');

-- What a person should know of a page; the first flag of a refused page is the reason.
CREATE TABLE flag (
    page     INTEGER NOT NULL REFERENCES page (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    code     TEXT NOT NULL,
    field    TEXT,
    detail   TEXT,
    PRIMARY KEY (page, position)
) STRICT, WITHOUT ROWID;
