/* What a scanner and its readers have been measured to do: every threshold of the reading, in a GKeyFile.
 *
 * docs/profile.md says what each number means and where it comes from. */
#pragma once

#include <glib.h>

/* When the place of a page is trusted. */
typedef struct {
    double correlation; /* a landmark is found from this normalised correlation on, 0 … 1 */
    double anchors;     /* landmarks that must be found … */
    double share;       /* … and their share of those looked for */
    double rival;    /* a landmark is distinct when no print a few rows or columns away resembles it more */
    double evidence; /* it is evidence when found better than its rival by this much */
    double distinct; /* with fewer distinct landmarks a share of them says nothing */
    double share_distinct; /* share of the landmarks unlike their rival a few rows or columns off that must be
                              found better than it, where the form has such; else … */
    double share_repeating; /* … share of all landmarks */
    double coverage;        /* share of the page's height and width that they must span */
    double residual_mm;     /* root mean square of their disagreement, at most */
    double aspect;          /* horizontal against vertical scale, at most (and at least its inverse) */
    double perspective;     /* scale at the nearest corner against the furthest, at most */
    double outline; /* share of an answer position's own print that must show, else it is unsure, 0 … 1 */
    double support; /* an answer position with less support by landmarks nearby is unsure, 0 … 1 */
} CalibrationAlign;

/* What is said of a page's image as a whole. */
typedef struct {
    double dark;      /* paper read below this share of white is too dark, 0 … 1 */
    double faint;     /* black print read below this share of black is too faint, 0 … 1 */
    double blurred;   /* print with less than this share of its sharpness is blurred, 0 … 1 */
    double streak;    /* a line from edge to edge that takes away this share of white is a streak, 0 … 1 */
    double fold;      /* … and one across the page that takes away this share is a fold, 0 … 1 */
    double tail_mm;   /* so much of one flat grey at the image's end is a scan that broke off */
    double cut_mm;    /* print that lies this far beyond the image is cut off */
    double lost;      /* so many answer positions whose print does not show are worth a word … */
    double corner_mm; /* … and all within this distance of a corner, that corner is folded or torn */
} CalibrationQuality;

/* What was measured of one answer position; see omr/measure. */
typedef struct {
    double cover; /* share of the position's inside that is inked, 0 … 1 */
    double reach; /* extent of the largest connected ink inside, by the position's own size, 0 … about 1.4 */
    double ring;  /* share of the directions around the position in which there is ink, 0 … 1 */
    double around;   /* share of the surroundings that is inked, 0 … 1 */
    double beside;   /* `around` less that of its fellows in the field: a ruled line is beside all of them */
    double spill;    /* `around` where neighbours leave room to tell whose ink it is, else 0 */
    double darkness; /* mean darkness of the ink inside, 0 … 1 */
    double style;    /* how deep this page's marks usually are: the median of its fields' deepest positions,
                        where these are marks, or of all where fewer than three are, 0 … 1 */
    double mass;     /* mean darkening of the inside against paper nearby, inked or not; about 0 for none */
    double depth; /* darkening that a twentieth of the inside, or of the ink's own area, exceeds, 0 … 1 */
    double shade; /* darkening of the paper around, as by a fold, a stain or a stamp, 0 … 1 */
    double width; /* of the thickest stroke inside, mm */
    double exits; /* how many times ink crosses the outline */
    double arms;  /* strokes that go out from the middle of the ink: a line has 2, a cross 4, a dot none */
    double straight; /* how narrow the ink inside is against its length: 1 a thin line, 0 as broad as long */
    double leaves;   /* and how many of these strokes go on to where the neighbours begin */
    double through;  /* how much the ink is a straight line through the position and nothing else, 0 … 1 */
    double
        hook; /* share of that ink beside the line's ends, 0 … 1: a tick has a hook there, a line has none */
    double over;       /* the same of the ink around: a line over whatever stands inside */
    double patch;      /* mean darkening of the darkest square of 0.8 mm, −1 … 1 */
    double prominence; /* how far that is beyond the page's empty positions, by their standard deviation */
} CalibrationMark;

/* The numbers of a CalibrationMark by name, in its order: for writing and reading them as columns. */
guint calibration_mark_n_features(void);
const char *calibration_mark_feature_name(guint feature);
double calibration_mark_feature(const CalibrationMark *mark, guint feature);
void calibration_mark_set_feature(CalibrationMark *mark, guint feature, double value);

/* From what is measured to a probability. Odds grow with the logarithm of the inked share: a pen's dot and a
 * full fill differ by a factor, not by an amount. */
typedef struct {
    double ink;   /* a pixel darker than the blank by this share of paper white is inked … */
    double noise; /* … or by this many standard deviations of the page's own noise, whichever is more */
    double
        dark; /* ink fainter than this counts less, in proportion: a fold's shade is not a pencil's stroke */
    double cover_half;  /* inked share at which a mark is as likely as none */
    double cover_slope; /* change of log odds with the logarithm of the inked share */
    double mass_half; /* mean darkening of the inside at which a mark is as likely as none, however light its
                         strokes */
    double mass_slope;
    double mass_style;  /* on pages whose style is deeper than this, mass alone makes a doubt, never a mark */
    double style_share; /* a mark is not fainter than this share of the page's style … */
    double style_slope; /* … or else it is so much less likely … */
    double style_cover; /* … and with this much cover never certain */
    double style_least; /* a style fainter than this is none: hardly anything is marked on the page */
    double reach_half;  /* ink that reaches less than this is a speck */
    double reach_slope; /* change of log odds with reach / reach_half, below 1 */
    double ring_half;   /* share of directions at which a ring is as likely as none */
    double ring_slope;
    double ring_ink; /* and product of that share and the inked share around at which it is: a ring goes
                        around with ink, a neighbour's mark only reaches in */
    double ring_ink_slope;
    double around_half; /* inked share of the surroundings at which a mark that misses the position is as
                           likely as none; by itself it makes a position unsure, never marked */
    double around_slope;
    double around_most; /* ink inside that goes on beside the position is one stroke: added to its log odds,
                           at most */
    double final_scale; /* log odds of a mark are multiplied by this … */
    double final_shift; /* … and moved by this: fitted to labelled marks, else 1 and 0 */
    double accept;      /* a position is marked from this probability on … */
    double reject;      /* … and empty up to this one; between, unsure */
    double
        stray_cover; /* a thin straight line that passes through, with less cover than this, is in doubt … */
    double stray_straight; /* (a line is straight from here on, see CalibrationMark) … */
    double stray_through;  /* (and goes all the way from here on) … */
    double stray_hook;     /* (with no more of a hook than this) … */
    double stray_share;    /* … unless this share of the page's marks pass through */
    double stray_mass;     /* and so is the end of a stroke whose other end has so much more mass */
    double stray_unlike;   /* and so is a stroke from outside with less than this share of the page's usual
                              mass, where marks usually stay inside */
    double run_sizes; /* and so is what a stroke goes straight on from for so many sizes of the position … */
    double run_depth;        /* … as dark as this share of the page's style … */
    double run_share;        /* … with no more gaps than that */
    double overlooked;       /* in a field without a mark, a position as prominent as this … */
    double overlooked_share; /* … and as this share of the faintest of the page's marks … */
    double overlooked_next;  /* … and so many times as prominent as the next is in doubt; */
    double vague; /* and so are all where the faintest of the page's marks are less prominent than this … */
    double vague_print;  /* … or less of most positions' own print shows than this share */
    double alone;        /* in a single choice a mark is accepted from this probability on … */
    double alone_rival;  /* … where no other position has more than this one … */
    double alone_least;  /* … where it is as prominent as this … */
    double alone_others; /* … and no other position is more prominent than this share of it; */
    double alone_style;  /* where it is no fainter than this share of the page's style; */
    double
        alone_patch; /* or whatever its probability, where its darkest patch has this share of the style … */
    double alone_even;        /* … and of its own depth */
    double alone_ring;        /* or it has ink in this share of the directions around it … */
    double alone_ring_cover;  /* … and no more of its inside inked than this … */
    double alone_ring_others; /* … and no other has more of a ring than this share of its ring and ink */
    double speck_cover; /* beside the answer of a single choice, a doubtful mark with less cover than this, or
                           fainter than the page's style, … */
    double speck_mass;  /* … and less than this share of the answer's mass, is none */
    double largest;     /* by the rule `largest` the answer has so many times the mass of the next mark */
    double spill;       /* a mark that inks this share of its surroundings … */
    double spill_usual; /* … and so many times what the marks of its page usually ink … */
    double spill_cover; /* … and this share of its inside is doubtful, … */
    double scribble_cover; /* … and from this share of its inside on it is crossed out */
    double scribble_ring;  /* … and is taken back for certain where it inks so many of the directions around
                              it, */
    double scribble_least; /* … but alone in its field is a careless fill where it inks fewer than these */
    double struck_cover;   /* a mark with this much cover is a fill … */
    double struck_over;    /* … which is struck through when a line runs over it so plainly … */
    double crossed_over;   /* … and crossed out when two do, of which each has so much of the ink around */
} CalibrationMarks;

/* When a writing box is taken to be written in, and its text for printed. */
typedef struct {
    double writing_mm2; /* ink of this area in a box is writing */
    double confidence;  /* Tesseract's of the least certain character of a printed text, at least, 0 … 1 */
    double align_mm;    /* feet and heads of printed letters are off their lines by at most this */
    double likeness;    /* a printed letter that comes again has this share of its ink in common, 0 … 1 */
    double evidence; /* so many coincidences make print: feet and heads on lines, letters that look alike */
    double suggest;  /* 1: handwriting is read too, as a suggestion to who types it; 0: it is not */
} CalibrationText;

/* Where a fitted profile comes from: NULL and 0 where a person wrote it. */
typedef struct {
    char *date;    /* of the fit, YYYY-MM-DD */
    char *data;    /* SHA-256 of the labelled data, hex */
    gint64 labels; /* labelled positions … */
    gint64 marked; /* … and how many of them bear an answer */
    char *command; /* that made it … */
    gint64 seed;   /* … and its seed */
    char *fitted;  /* SHA-256 of the numbers of [marks] as fitted, hex */
} CalibrationOrigin;

/* From where on a scanner is to be mended, by the scan of its target (calibration-scanner.h), and from where
 * on it has drifted. */
typedef struct {
    double scale;    /* resolution off the file's by this share; only with rulers, else it may be the print */
    double skew_deg; /* the page lies askew */
    double feed_mm;  /* a line is off its even place along the feed */
    double white;    /* paper reads darker than this, of 255 */
    double black;    /* print reads lighter than this */
    double shading;  /* white differs over the page, share of white */
    double faint;    /* the lightest grey step told from white, per cent of black */
    double noise;    /* standard deviation on white, of 255 */
    double blur_mm;  /* standard deviation of the Gaussian that blurs as much */
    double streak;   /* a streak's strength, share of the way from white to black */
    double edge_mm;  /* darkness reaches in from an edge of the paper */
    double cut_mm;   /* the image leaves so much of the paper away */
    double threshold_least, threshold_most; /* 1 bit: the darkness from which on it reads black, 0 … 1 */
    double specks;          /* 1 bit: share of paper that reads black, or of black that reads white */
    double roughness_mm;    /* 1 bit: straight edges' unevenness */
    double drift_scale;     /* resolution, share */
    double drift_tone;      /* white, black, middle grey, of 255 */
    double drift_blur;      /* blur, share */
    double drift_noise;     /* noise, of 255 */
    double drift_threshold; /* 1 bit threshold, 0 … 1 */
} CalibrationScannerLimits;

typedef struct CalibrationProfile CalibrationProfile;

/* The shipped profile (profiles/default.profile, part of the program). */
CalibrationProfile *calibration_profile_default(void);

/* A profile file; keys it does not name keep their default. CALIBRATION_ERROR_INPUT names file, group and
 * key. A fitted profile whose [marks] are no longer those of the fit, because the file was edited or this
 * program has other defaults, is refused too: its probabilities would be nobody's. */
CalibrationProfile *calibration_profile_load(const char *path, GError **error);
void calibration_profile_free(CalibrationProfile *profile);

/* Its name, as readings and exports cite it. */
const char *calibration_profile_name(const CalibrationProfile *profile);

/* SHA-256, in hex, over all numbers in effect that reading goes by (not those of [scanner]), whatever the
 * file names or leaves out: two profiles with the same fingerprint read every page alike. */
const char *calibration_profile_fingerprint(const CalibrationProfile *profile);

const CalibrationOrigin *calibration_profile_origin(const CalibrationProfile *profile);

const CalibrationAlign *calibration_profile_align(const CalibrationProfile *profile);
const CalibrationQuality *calibration_profile_quality(const CalibrationProfile *profile);
const CalibrationMarks *calibration_profile_marks(const CalibrationProfile *profile);
const CalibrationScannerLimits *calibration_profile_scanner(const CalibrationProfile *profile);
const CalibrationText *calibration_profile_text(const CalibrationProfile *profile);

/* Probability that a position measured so bears an answer, by the ink inside it or a ring around it. */
double calibration_mark_probability(const CalibrationMarks *model, const CalibrationMark *mark);

/* Probability that an answer was meant for the position by a mark that missed its inside: at most a half,
 * since ink beside a position may as well belong to the next one. */
double calibration_miss_probability(const CalibrationMarks *model, const CalibrationMark *mark);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationProfile, calibration_profile_free)
