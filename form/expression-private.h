/* What the parser and the printer of expressions share. */
#pragma once

#include "form-expression.h"

typedef struct {
    const char *word;
    int precedence; /* XPath 1.0 §3.5: a higher one binds tighter; all are left-associative */
    FormExpressionKind kind;
} ExpressionOperator;

/* The operators between two operands, ended by a NULL word. */
extern const ExpressionOperator expression_operators[];
