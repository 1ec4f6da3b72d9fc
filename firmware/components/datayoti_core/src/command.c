#include "datayoti/command.h"

#include <string.h>

#include "datayoti/limits.h"
#include "json_object.h"

bool dy_command_parse(const char *payload, size_t length, dy_command *command)
{
    dy_json_value name, seconds;
    *command = (dy_command){.kind = DY_CMD_NONE, .seconds = DY_BLINK_DEFAULT_S};
    if (length >= DY_MESSAGE_SIZE || !dy_json_member(payload, length, "cmd", &name)) return false;
    if (name.kind != DY_JSON_STRING) return false;
    if (strcmp(name.text, "measure") == 0) command->kind = DY_CMD_MEASURE;
    else if (strcmp(name.text, "restart") == 0) command->kind = DY_CMD_RESTART;
    else if (strcmp(name.text, "blink") == 0) {
        (void)dy_json_member(payload, length, "seconds", &seconds);
        if (seconds.kind == DY_JSON_INTEGER) {
            if (seconds.integer < 1 || seconds.integer > DY_BLINK_MAX_S) return false;
            command->seconds = (uint32_t)seconds.integer;
        } else if (seconds.kind != DY_JSON_ABSENT) return false;
        command->kind = DY_CMD_BLINK;
    }
    return command->kind != DY_CMD_NONE;
}
