#ifndef DATAYOTI_UTF8_H
#define DATAYOTI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the character at the beginning (1..4); 0 where they are no well-formed UTF-8 (Unicode table 3-7). */
size_t dy_utf8_length(const char *text, size_t length);

/** Characters, or -1 where the text is no UTF-8. */
int dy_utf8_count(const char *text, size_t length);

/** Whether a character below 0x20, 0x7F, or 0x80..0x9F is among them. */
bool dy_has_control_characters(const char *text, size_t length);

#endif
