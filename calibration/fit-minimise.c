/* Minimising with GSL. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#include "fit-private.h"

#define STEP           1e-3 /* of differences */
#define FIRST_STEP     0.1
#define LINE_TOLERANCE 0.1
#define GRADIENT       1e-2 /* with second derivatives of 1 or more: so near is the minimum */
#define ROUNDS         100
#define RESTARTS       3
#define KINK           0.3 /* a gradient that BFGS leaves behind where it met a kink */
#define SIMPLEX_ROUNDS 60  /* a dimension */
#define SIMPLEX_SIZE   1e-3

static double
value_at(const gsl_vector *at, void *data)
{
    const CalibrationMinimum *minimum = data;
    double value = minimum->value(at->data, minimum->data);

    return isfinite(value) ? value : GSL_POSINF;
}

static void
gradient_at(const gsl_vector *at, void *data, gsl_vector *gradient)
{
    const CalibrationMinimum *minimum = data;
    g_autofree double *moved = g_new(double, minimum->n);

    memcpy(moved, at->data, minimum->n * sizeof(double));
    for (guint i = 0; i < minimum->n; i++) {
        double here = moved[i];
        moved[i] = here + STEP;
        double above = minimum->value(moved, minimum->data);
        moved[i] = here - STEP;
        double below = minimum->value(moved, minimum->data);
        moved[i] = here;
        gsl_vector_set(gradient, i, (above - below) / (2 * STEP));
    }
}

static void
value_and_gradient_at(const gsl_vector *at, void *data, double *value, gsl_vector *gradient)
{
    *value = value_at(at, data);
    gradient_at(at, data, gradient);
}

static gboolean
goes_on(const CalibrationMinimum *minimum, GError **error)
{
    return minimum->go_on == NULL || minimum->go_on(minimum->go_on_data, error);
}

/* From `at` downhill, until the gradient vanishes or no step leads further. `slope` is what is left of it. */
static gboolean
run_bfgs(const CalibrationMinimum *minimum, gsl_vector *at, double *slope, GError **error)
{
    gsl_multimin_function_fdf function = {.f = value_at,
                                          .df = gradient_at,
                                          .fdf = value_and_gradient_at,
                                          .n = minimum->n,
                                          .params = (void *)minimum};
    gsl_multimin_fdfminimizer *bfgs =
        gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, minimum->n);
    gboolean on = TRUE;

    gsl_multimin_fdfminimizer_set(bfgs, &function, at, FIRST_STEP, LINE_TOLERANCE);
    for (int round = 0; on && round < ROUNDS; round++) {
        if (gsl_multimin_fdfminimizer_iterate(bfgs) != GSL_SUCCESS ||
            gsl_multimin_test_gradient(bfgs->gradient, GRADIENT) == GSL_SUCCESS)
            break;
        on = goes_on(minimum, error);
    }
    *slope = 0;
    for (guint i = 0; i < minimum->n; i++)
        *slope = fmax(*slope, fabs(gsl_vector_get(bfgs->gradient, i)));
    if (value_at(bfgs->x, (void *)minimum) <= value_at(at, (void *)minimum))
        gsl_vector_memcpy(at, bfgs->x);
    gsl_multimin_fdfminimizer_free(bfgs);
    return on;
}

static gboolean
run_simplex(const CalibrationMinimum *minimum, gsl_vector *at, GError **error)
{
    gsl_multimin_function function = {.f = value_at, .n = minimum->n, .params = (void *)minimum};
    gsl_multimin_fminimizer *simplex =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, minimum->n);
    gsl_vector *steps = gsl_vector_alloc(minimum->n);
    gboolean on = TRUE;

    gsl_vector_set_all(steps, FIRST_STEP);
    gsl_multimin_fminimizer_set(simplex, &function, at, steps);
    for (guint round = 0; on && round < SIMPLEX_ROUNDS * minimum->n; round++) {
        if (gsl_multimin_fminimizer_iterate(simplex) != GSL_SUCCESS ||
            gsl_multimin_test_size(gsl_multimin_fminimizer_size(simplex), SIMPLEX_SIZE) == GSL_SUCCESS)
            break;
        on = goes_on(minimum, error);
    }
    if (simplex->fval < value_at(at, (void *)minimum))
        gsl_vector_memcpy(at, simplex->x);
    gsl_vector_free(steps);
    gsl_multimin_fminimizer_free(simplex);
    return on;
}

gboolean
calibration_minimise(const CalibrationMinimum *minimum, double *at, GError **error)
{
    double slope = INFINITY, before = INFINITY;
    gboolean on = TRUE;

    memset(at, 0, minimum->n * sizeof(double));
    if (minimum->n == 0)
        return TRUE;
    /* GSL's own handler would end the program where a line search fails. */
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_vector *x = gsl_vector_calloc(minimum->n);
    for (int start = 0; on && start < RESTARTS && slope > GRADIENT; start++) {
        double value = value_at(x, (void *)minimum);
        if (start > 0 && before - value < 1e-6 * (1 + fabs(value)))
            break;
        before = value;
        on = run_bfgs(minimum, x, &slope, error);
    }
    if (on && slope > KINK)
        on = run_simplex(minimum, x, error);
    memcpy(at, x->data, minimum->n * sizeof(double));
    gsl_vector_free(x);
    gsl_set_error_handler(handler);
    return on;
}
