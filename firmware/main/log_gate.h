#ifndef DATAYOTI_LOG_GATE_H
#define DATAYOTI_LOG_GATE_H

#include "datayoti/log.h"

/**
 * Keeps log lines and Improv packets apart, which share the console's lines: a packet with a log line in its middle would
 * be lost. All of ESP-IDF's log goes through here.
 */
void log_gate_init(void);

/** Nobody logs until `log_gate_leave`; what was logged before is on its way. */
void log_gate_enter(void);
void log_gate_leave(void);

/** A line of the core, under one of ESP-IDF's levels. */
void log_gate_line(dy_log_level level, const char *tag, const char *text);

#endif
