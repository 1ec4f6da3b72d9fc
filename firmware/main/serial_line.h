#ifndef DATAYOTI_SERIAL_LINE_H
#define DATAYOTI_SERIAL_LINE_H

#include <stddef.h>
#include <stdint.h>

/** Listens on the console's UART and, where the chip has it, on its built-in USB: EVENT_SERIAL for what arrives. */
void serial_line_start(void);

/** Towards the line on which something was last received; never in the middle of a log line. */
void serial_line_write(const uint8_t *bytes, size_t length);

#endif
