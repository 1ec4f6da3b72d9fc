#ifndef SERIAL_LINE_H
#define SERIAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The board's UART: a pseudo terminal, whose other end has the given name. */
typedef struct {
    /** To poll and read. */
    int descriptor;
    /** Keeps the terminal alive while nobody has it open. */
    int other_end;
    const char *name;
} serial_line;

/** @returns false, having said why */
bool serial_line_open(serial_line *line, const char *name);
/** What nobody reads is lost, as on a real line. */
void serial_line_write(serial_line *line, const void *bytes, size_t length);
/** @returns bytes read; 0: nothing there */
size_t serial_line_read(serial_line *line, uint8_t *bytes, size_t size);
void serial_line_close(serial_line *line);

#endif
