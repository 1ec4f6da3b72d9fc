#include <stdarg.h>
#include <stdio.h>

#include "sensor_parts.h"

static void say(dy_sensor *sensor, dy_log_id id, const char *tag, va_list values)
{
    char text[DY_LOG_SIZE];
    const dy_log_line *line = dy_log_line_of(id);
    (void)vsnprintf(text, sizeof text, line->format, values);
    for (char *at = text; *at != '\0'; at++) {
        // A network may be called anything; a line stays one line.
        if ((unsigned char)*at < 0x20 || *at == 0x7f) *at = '?';
    }
    sensor->port.log(sensor->port.ctx, line->level, tag, text);
}

void dy_say(dy_sensor *sensor, dy_log_id id, ...)
{
    va_list values;
    va_start(values, id);
    say(sensor, id, dy_log_line_of(id)->tag, values);
    va_end(values);
}

static void say_with_tag(dy_sensor *sensor, dy_log_id id, const char *tag, ...)
{
    va_list values;
    va_start(values, tag);
    say(sensor, id, tag, values);
    va_end(values);
}

void dy_say_dht(dy_sensor *sensor, dy_log_id id)
{
    char tag[8];
    (void)snprintf(tag, sizeof tag, dy_log_line_of(id)->tag, (unsigned)sensor->config->dht_type);
    say_with_tag(sensor, id, tag);
}
