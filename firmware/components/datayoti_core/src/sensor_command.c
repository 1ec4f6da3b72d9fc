#include <string.h>

#include "sensor_parts.h"

/** The acknowledgement of the command and the word "offline" get on their way first. */
#define RESTART_AFTER_MS 500u

void dy_take_time(dy_sensor *sensor, dy_clock_source source, int64_t epoch_ms, uint64_t now_ms)
{
    char text[DY_TIMESTAMP_SIZE];
    dy_clock_change change = dy_clock_set(&sensor->clock, source, epoch_ms, now_ms);
    if (change != DY_CLOCK_FIRST_SET && change != DY_CLOCK_ADJUSTED) return;
    (void)dy_timestamp_format(epoch_ms, text);
    sensor->port.set_clock(sensor->port.ctx, epoch_ms);
    if (change == DY_CLOCK_ADJUSTED) dy_say(sensor, DY_LOG_TIME_ADJUSTED, text);
    else dy_say(sensor, source == DY_CLOCK_NTP ? DY_LOG_TIME_NTP : DY_LOG_TIME_BROKER, text);
}

void dy_sensor_on_time(dy_sensor *sensor, int64_t epoch_ms, uint64_t now_ms)
{
    dy_take_time(sensor, DY_CLOCK_NTP, epoch_ms, now_ms);
}

static void obey(dy_sensor *sensor, const dy_command *command, uint64_t now_ms)
{
    switch (command->kind) {
    case DY_CMD_BLINK:
        dy_say(sensor, DY_LOG_COMMAND, "blink");
        sensor->find_me_ms = now_ms + (uint64_t)command->seconds * 1000;
        break;
    case DY_CMD_MEASURE:
        dy_say(sensor, DY_LOG_COMMAND, "measure");
        sensor->heartbeat_ms = now_ms;
        dy_measure_now(sensor, now_ms);
        break;
    case DY_CMD_RESTART:
        dy_say(sensor, DY_LOG_COMMAND, "restart");
        if (sensor->restart_ms != DY_NEVER) break;
        dy_send_status(sensor, false, now_ms);
        sensor->restart_ms = now_ms + RESTART_AFTER_MS;
        break;
    case DY_CMD_NONE: break;
    }
}

static bool is_topic(const char *topic, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(topic, wanted, length) == 0;
}

void dy_sensor_on_message(dy_sensor *sensor, const char *topic, size_t topic_length, const char *payload,
                          size_t length, uint64_t now_ms)
{
    char own[DY_TOPIC_SIZE];
    int64_t epoch_ms;
    dy_command command;
    bool understood = false;
    (void)dy_topic(own, sizeof own, sensor->identity.mac, DY_CHANNEL_CMD);
    if (is_topic(topic, topic_length, DY_TIME_TOPIC)) {
        understood = dy_time_message_parse(payload, length, &epoch_ms);
        if (understood) dy_take_time(sensor, DY_CLOCK_BROKER, epoch_ms, now_ms);
    } else if (is_topic(topic, topic_length, own)) {
        understood = dy_command_parse(payload, length, &command);
        if (understood) obey(sensor, &command, now_ms);
    } else return;
    if (understood) return;
    dy_count(&sensor->health.bad_messages);
    dy_say(sensor, DY_LOG_BAD_COMMAND, is_topic(topic, topic_length, own) ? "cmd" : DY_TIME_TOPIC);
}

void dy_sensor_on_button(dy_sensor *sensor, bool pressed, uint64_t now_ms)
{
    if (!pressed) sensor->forget_ms = DY_NEVER;
    else if (sensor->forget_ms == DY_NEVER) sensor->forget_ms = now_ms + DY_FACTORY_RESET_MS;
}

void dy_command_step(dy_sensor *sensor, uint64_t now_ms)
{
    const dy_port *port = &sensor->port;
    if (now_ms >= sensor->forget_ms) {
        sensor->forget_ms = DY_NEVER;
        dy_say(sensor, DY_LOG_FACTORY_RESET);
        if (!port->store_erase(port->ctx)) dy_say(sensor, DY_LOG_NOT_STORED);
        if (dy_sensor_is_online(sensor)) dy_send_status(sensor, false, now_ms);
        sensor->restart_ms = now_ms + RESTART_AFTER_MS;
    }
    if (now_ms < sensor->restart_ms) return;
    sensor->restart_ms = DY_NEVER;
    (void)dy_queue_flush(&sensor->queue);
    dy_tell_drops(sensor);
    port->mqtt_stop(port->ctx);
    port->restart(port->ctx);
}

uint64_t dy_command_next(const dy_sensor *sensor)
{
    return dy_min(sensor->forget_ms, sensor->restart_ms);
}
