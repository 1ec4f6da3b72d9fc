#ifndef DATAYOTI_LOG_H
#define DATAYOTI_LOG_H

#include <stdint.h>

#include "log_lines.h"

typedef enum { DY_LEVEL_E, DY_LEVEL_W, DY_LEVEL_I } dy_log_level;

#define DY_LOG_NAME(name, level, tag, format, event) name,
typedef enum { DY_LOG_LINES(DY_LOG_NAME) DY_LOG_COUNT } dy_log_id;
#undef DY_LOG_NAME

typedef struct {
    dy_log_level level;
    /** May hold one `%u`: the type of the DHT. */
    const char *tag;
    const char *format;
    /** The event's name in the serial monitor; empty: none. */
    const char *event;
} dy_log_line;

/** The table's row of that line. */
const dy_log_line *dy_log_line_of(dy_log_id id);

#endif
