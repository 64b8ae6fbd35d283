/* The layout from the inside: texts are set, drawn things are collected into blocks, blocks flow onto pages.
 *
 *   definition -> blocks (layout-blocks, -choices, -grid) -> pages (layout-flow, -frame) -> package and files
 * (layout)
 *
 * A block is a piece of the page that is never split; what it draws is a list of inks with the block's own
 * top left as origin, x measured from the left edge of the page. The same inks go to the print master and to
 * the blank images. */
#pragma once

#include <math.h>
#include <pango/pangocairo.h>

#include "form-definition.h"
#include "form-image.h"
#include "form-package.h"

/* The page. Content keeps 3 mm clear of the fiducials; the holes of ISO 838 (12 mm from the edge, at 108.5
 * and 188.5 mm) touch neither. */
#define LAYOUT_PAGE_W_MM   210.0
#define LAYOUT_PAGE_H_MM   297.0
#define LAYOUT_LEFT_MM     16.0
#define LAYOUT_WIDTH_MM    178.0
#define LAYOUT_RIGHT_MM    (LAYOUT_LEFT_MM + LAYOUT_WIDTH_MM)
#define LAYOUT_MM_PER_PT   (25.4 / 72.0)
#define LAYOUT_BUBBLE_W_MM 4.6
#define LAYOUT_BUBBLE_H_MM 4.2
#define LAYOUT_NUMBER_MM   6.6 /* room of a hung number */

typedef enum {
    LAYOUT_TITLE,
    LAYOUT_SUBTITLE,
    LAYOUT_SECTION,    /* top groups, white on black */
    LAYOUT_SUBSECTION, /* groups inside, and their like in a grid */
    LAYOUT_LABEL,      /* a question */
    LAYOUT_BODY,       /* options, grid rows, notes */
    LAYOUT_HINT,
    LAYOUT_SCALE, /* the head of a grid */
    LAYOUT_SMALL, /* the page's own words */
    LAYOUT_SMALL_BOLD,
    LAYOUT_NUMBER, /* inside a bubble */
    LAYOUT_SERIAL,
    LAYOUT_N_STYLES
} LayoutStyle;

/* Fonts and the texts set in them. */
typedef struct {
    PangoContext *context;
    double size_pt[LAYOUT_N_STYLES];
    const char *where; /* the question being set: named by problems */
    GString *problems; /* lines: texts that the font cannot show */
} LayoutType;

/* `base_pt`: size of running text; nothing but bubble numbers is smaller than 9 pt. FORM_ERROR_MACHINE
 * without the font. */
LayoutType *layout_type_new(double base_pt, GError **error);
void layout_type_free(LayoutType *type);

/* Sets a text: wrapped and aligned within `width_mm`, or on one line where that is negative. The caller owns
 * it. */
PangoLayout *layout_type_set(LayoutType *type, LayoutStyle style, const char *text, double width_mm,
                             PangoAlignment align);

/* FORM_ERROR_INPUT with one line each when any text set so far has characters that the font lacks. */
gboolean layout_type_check(const LayoutType *type, GError **error);

double layout_text_width_mm(PangoLayout *text);
double layout_text_height_mm(PangoLayout *text);
double layout_text_baseline_mm(PangoLayout *text); /* of the first line, from the text's top */

typedef enum {
    LAYOUT_INK_TEXT, /* top left at the rect's */
    LAYOUT_INK_FILL,
    LAYOUT_INK_FRAME,  /* a rectangle's outline */
    LAYOUT_INK_LINE,   /* from the rect's top left to its bottom right */
    LAYOUT_INK_BUBBLE, /* white inside, with its number */
    LAYOUT_INK_MARK,   /* a drawn example of a mark */
} LayoutInkKind;

typedef enum {
    LAYOUT_MARK_FILL,
    LAYOUT_MARK_TICK,
    LAYOUT_MARK_CROSS,
    LAYOUT_MARK_SCRIBBLE,
} LayoutMark;

typedef struct {
    LayoutInkKind kind;
    FormRect rect;
    double grey; /* 0 black … 1 white */
    double line_mm;
    FormShape shape;
    LayoutMark mark;
    PangoLayout *text; /* owned, or NULL */
} LayoutInk;

/* A field in a block: like FormField, with y from the block's top. */
typedef struct {
    const FormQuestion *question;
    GArray *options; /* of LayoutOption */
    gboolean has_box;
    FormRect box;
    int cells;
} LayoutField;

typedef struct {
    const char *value;
    FormRect rect;
    FormShape shape;
} LayoutOption;

typedef struct LayoutBlock LayoutBlock;
struct LayoutBlock {
    char *name; /* for messages */
    double height_mm;
    double before_mm;    /* white above, but for the first of a page */
    double stretch_mm;   /* most that may be added above it where the page has room … */
    double grow_mm;      /* … and inside it, half above and half below its inks */
    double tint;         /* grey behind the whole block; 1 = none */
    gboolean keep_next;  /* never the last of a page */
    gboolean page_break; /* always the first of a page */
    LayoutBlock
        *again;        /* a grid's head, repeated above this block where it is the first of a page; or NULL */
    GArray *inks;      /* of LayoutInk */
    GPtrArray *fields; /* of LayoutField*, owned */
    int refs;
};

LayoutBlock *layout_block_new(const char *name);
LayoutBlock *layout_block_ref(LayoutBlock *block);
void layout_block_unref(LayoutBlock *block);

/* Each takes over `text`. */
void layout_block_text(LayoutBlock *block, PangoLayout *text, double x_mm, double y_mm, double grey);
void layout_block_fill(LayoutBlock *block, FormRect rect, double grey);
void layout_block_frame(LayoutBlock *block, FormRect rect, double line_mm, double grey);
void layout_block_line(LayoutBlock *block, double x_mm, double y_mm, double w_mm, double line_mm,
                       double grey);
void layout_block_mark(LayoutBlock *block, FormRect rect, LayoutMark mark);
void layout_block_bubble(LayoutBlock *block, FormRect rect, FormShape shape, PangoLayout *number);

LayoutField *layout_block_field(LayoutBlock *block, const FormQuestion *question);

/* Draws the option's bubble around the centre and adds it to the field. */
void layout_block_option(LayoutBlock *block, LayoutType *type, LayoutField *field, guint choice, double x_mm,
                         double y_mm);

/* Draws a writing box and makes it the field's. */
void layout_block_box(LayoutBlock *block, LayoutField *field, FormRect box, int cells);

/* Draws a block's inks with its top at `y_mm`. `cr` is in mm. */
void layout_block_draw(const LayoutBlock *block, cairo_t *cr, double y_mm);

/* What the form itself says, in its language. */
typedef struct {
    const char *language;
    const char *continued; /* after the label of a grid that goes on */
    const char *page;      /* format: number, of how many */
    const char *turn;      /* the next page is on the back */
    const char *next;      /* the next page is on another sheet */
    const char *instruction;
    const char *how;     /* before the examples */
    const char *mend;    /* before the example of a correction */
    const char *date[8]; /* in the cells of a date */
} LayoutWords;

const LayoutWords *layout_words(const char *language);

/* What the building of blocks shares. */
typedef struct {
    const FormDefinition *definition;
    const char *language;
    const LayoutWords *words;
    LayoutType *type;
    GPtrArray *blocks; /* of LayoutBlock*, owned */
    double
        label_col_mm; /* of labels beside their answers, with number and gap: as wide as the widest needs */
} LayoutBuild;

/* All blocks of the form, in order. */
void layout_blocks_build(LayoutBuild *build);

/* A text with its leading number ("9.", "a)") hung out to the left. Returns its height. */
double layout_label(LayoutBuild *build, LayoutBlock *block, LayoutStyle style, const char *text,
                    FormRect place);

/* The text after its leading number. */
const char *layout_label_words(const char *text);

/* Width that the leading number of a text takes: 0 without one. */
double layout_label_indent_mm(const char *text);

/* The options of a select, flowing in rows from place's top left. Returns their height. */
double layout_choices(LayoutBuild *build, LayoutBlock *block, const FormItem *item, FormRect place);

/* The text question that details an option, or NULL. */
const FormItem *layout_write_in(const FormDefinition *definition, const FormQuestion *select,
                                const char *value);

/* Whether an item is drawn at its select's option. */
gboolean layout_is_write_in(const FormDefinition *definition, const FormItem *item);

/* Whether the item is a row of a grid, and the number of items from `first` on that the grid has (0: none
 * begins here). */
gboolean layout_is_grid_row(const FormItem *item);
guint layout_grid_length(const FormDefinition *definition, guint first);

/* The nearest table-list group around an item, or NULL. */
FormGroup *layout_table_of(const FormItem *item);

/* The blocks of a grid. `before_mm` stands above its head. */
void layout_grid(LayoutBuild *build, guint first, guint length, double before_mm);

/* Pages. */
typedef struct {
    LayoutBlock *block; /* reference owned */
    double y_mm, height_mm;
} LayoutPlaced;

/* Where the inks of a placed block begin: what it grew by stands half above them. */
static inline double
layout_placed_top(const LayoutPlaced *placed)
{
    return round((placed->y_mm + (placed->height_mm - placed->block->height_mm) / 2) * 100) / 100;
}

typedef struct {
    LayoutBlock *frame; /* fiducials, titles, page number */
    FormPage *page;     /* of the package */
    GArray *placed;     /* of LayoutPlaced */
} LayoutPage;

void layout_page_free(LayoutPage *page);
void layout_page_draw(const LayoutPage *page, cairo_t *cr);

/* Puts blocks onto pages no higher than `first_mm` and `other_mm`: GPtrArray of GArray of LayoutPlaced, y
 * from the content's top; or NULL with FORM_ERROR_INPUT when one does not fit. */
GPtrArray *layout_flow(const GPtrArray *blocks, double first_mm, double other_mm, GError **error);

/* Where the content begins and ends. */
double layout_frame_top_mm(LayoutBuild *build, gboolean first);
double layout_frame_bottom_mm(void);

/* Draws the frame of one page and puts its fiducials, QRs, serial and head into the package. */
LayoutBlock *layout_frame(LayoutBuild *build, FormPage *page, guint n_pages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LayoutType, layout_type_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LayoutBlock, layout_block_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LayoutPage, layout_page_free)
