#ifndef DATAYOTI_TEXT_WRITER_H
#define DATAYOTI_TEXT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Appends to a buffer, always NUL-terminated; what does not fit is left out and remembered. */
typedef struct {
    char *text;
    size_t size;
    size_t length;
    bool overflowed;
} dy_writer;

/** @param size at least 1 */
dy_writer dy_writer_on(char *text, size_t size);
void dy_write(dy_writer *writer, const char *text);
void dy_write_bytes(dy_writer *writer, const char *bytes, size_t length);
/** Decimal, with leading zeros up to `digits`. */
void dy_write_unsigned(dy_writer *writer, uint64_t value, unsigned digits);
void dy_write_signed(dy_writer *writer, int64_t value);
/** A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void dy_write_json_string(dy_writer *writer, const char *text);
/** The length, or -1 where something did not fit. */
int dy_writer_end(const dy_writer *writer);

#endif
