#ifndef DATAYOTI_COMMAND_H
#define DATAYOTI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Commands of the topic `cmd`: `{"cmd":"blink","seconds":20}`, `{"cmd":"measure"}`, `{"cmd":"restart"}`. */

#define DY_BLINK_DEFAULT_S 20
#define DY_BLINK_MAX_S 600

typedef enum { DY_CMD_NONE, DY_CMD_BLINK, DY_CMD_MEASURE, DY_CMD_RESTART } dy_command_kind;

typedef struct {
    dy_command_kind kind;
    /** Of blink: 1..600 seconds, 20 where the message names none. */
    uint32_t seconds;
} dy_command;

/**
 * Fields that are not known are ignored.
 *
 * @returns false, and `DY_CMD_NONE`, for anything that is no such message
 */
bool dy_command_parse(const char *payload, size_t length, dy_command *command);

#endif
