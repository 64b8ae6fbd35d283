/* What a page's refusal means, in words for people. */
#pragma once

/* The words of a reason such as "blank_page", with the reason itself, which JSON and the manual use; the
 * caller frees. */
char *refusal_words(const char *reason);
