#include "datayoti/log.h"

#define ROW(name, level, tag, format, event) {DY_LEVEL_##level, tag, format, event},
static const dy_log_line lines[DY_LOG_COUNT] = {DY_LOG_LINES(ROW)};

const dy_log_line *dy_log_line_of(dy_log_id id)
{
    return &lines[id];
}
