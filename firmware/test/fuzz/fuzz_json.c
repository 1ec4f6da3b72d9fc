#include <stdlib.h>
#include <string.h>

#include <datayoti/command.h>
#include <datayoti/timestamp.h>
#include <json_object.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dy_json_value value;
    dy_command command;
    int64_t epoch_ms;
    char text[DY_TIMESTAMP_SIZE];
    (void)dy_json_member((const char *)data, size, "cmd", &value);
    if (dy_command_parse((const char *)data, size, &command) && command.seconds > DY_BLINK_MAX_S) abort();
    if (dy_time_message_parse((const char *)data, size, &epoch_ms) && !dy_timestamp_format(epoch_ms, text)) abort();
    return 0;
}
