#include <string.h>

#include "sensor_parts.h"

/** A board without configuration says so again after this. */
#define REMIND_EVERY_MS 60000u

uint64_t dy_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void dy_tell_configuration(dy_sensor *sensor)
{
    char keys[DY_LOG_SIZE / 2];
    const dy_config *config = sensor->config;
    switch (sensor->report.outcome) {
    case DY_CONFIG_OK:
        if (config->dev_name[0] == '\0') dy_say(sensor, DY_LOG_SITE, config->site_ref, (unsigned)config->interval_s);
        else dy_say(sensor, DY_LOG_SITE_NAMED, config->site_ref, config->dev_name, (unsigned)config->interval_s);
        break;
    case DY_CONFIG_ABSENT: dy_say(sensor, DY_LOG_NOT_CONFIGURED); break;
    case DY_CONFIG_INCOMPLETE:
        (void)dy_config_key_list(sensor->report.bad_keys, keys, sizeof keys);
        dy_say(sensor, DY_LOG_INCOMPLETE, keys);
        break;
    case DY_CONFIG_NEWER_SCHEMA:
        dy_say(sensor, DY_LOG_NEWER_SCHEMA, (unsigned)sensor->report.schema, (unsigned)DY_CONFIG_SCHEMA);
        break;
    case DY_CONFIG_UNREADABLE: dy_say(sensor, DY_LOG_NVS_UNREADABLE); break;
    }
}

void dy_sensor_start(dy_sensor *sensor, const dy_port *port, const dy_identity *identity, dy_config *config,
                     const dy_config_report *report, const dy_flash *flash, uint64_t now_ms)
{
    memset(sensor, 0, sizeof *sensor);
    sensor->port = *port;
    sensor->identity = *identity;
    sensor->config = config;
    sensor->report = *report;
    sensor->session = port->random(port->ctx);
    sensor->started_ms = now_ms;
    sensor->heartbeat_ms = sensor->signal_ms = sensor->complaint_ms = DY_NEVER;
    sensor->restart_ms = sensor->forget_ms = DY_NEVER;
    dy_clock_init(&sensor->clock);
    dy_queue_init(&sensor->queue, flash);
    dy_conn_init(&sensor->conn, dy_config_has_broker(report), port->random(port->ctx));
    dy_improv_parser_init(&sensor->improv.parser);
    dy_send_lost(sensor);
    dy_say(sensor, DY_LOG_HELLO, identity->version, identity->mac);
    dy_say(sensor, DY_LOG_RESET, dy_reset_name(identity->reset_reason));
    if (dy_queue_count(&sensor->queue) > 0) dy_say(sensor, DY_LOG_QUEUE_LEFT, (unsigned)dy_queue_count(&sensor->queue));
    dy_tell_configuration(sensor);
    sensor->remind_ms = now_ms + REMIND_EVERY_MS;
    dy_measure_begin(sensor, now_ms);
    if (report->has_wifi) dy_connect_begin(sensor, now_ms);
}

/** The most pressing matter. */
static dy_led_code led_code(const dy_sensor *sensor, uint64_t now_ms)
{
    if (sensor->forget_ms != DY_NEVER) return DY_LED_BUTTON;
    if (now_ms < sensor->find_me_ms) return DY_LED_FIND_ME;
    if (sensor->report.outcome != DY_CONFIG_OK) return DY_LED_NOT_CONFIGURED;
    if (!dy_on_network(sensor)) return DY_LED_NO_WIFI;
    if (!dy_sensor_is_online(sensor)) return DY_LED_NO_BROKER;
    return sensor->measuring.failures > 0 ? DY_LED_NO_SENSOR : DY_LED_ONLINE;
}

static void show(dy_sensor *sensor, uint64_t now_ms)
{
    dy_led_code code = led_code(sensor, now_ms);
    if (code != sensor->led_code || !sensor->led_known) {
        sensor->led_code = code;
        sensor->led_since_ms = now_ms;
    }
    bool on = dy_led_is_on(code, now_ms - sensor->led_since_ms);
    if (!sensor->led_known || on != sensor->led_on) sensor->port.led(sensor->port.ctx, on);
    sensor->led_on = on;
    sensor->led_known = true;
}

/** Without a configuration nothing is measured: nobody could tell whose reading it is. */
static bool is_configured(const dy_sensor *sensor)
{
    return sensor->report.outcome == DY_CONFIG_OK;
}

uint64_t dy_sensor_step(dy_sensor *sensor, uint64_t now_ms)
{
    dy_connect_step(sensor, now_ms);
    if (is_configured(sensor)) dy_measure_step(sensor, now_ms);
    else if (now_ms >= sensor->remind_ms) {
        dy_tell_configuration(sensor);
        sensor->remind_ms = now_ms + REMIND_EVERY_MS;
    }
    dy_send_step(sensor, now_ms);
    dy_improv_step(sensor, now_ms);
    dy_command_step(sensor, now_ms);
    show(sensor, now_ms);
    uint64_t next = dy_min(dy_connect_next(sensor), dy_send_next(sensor));
    next = dy_min(next, is_configured(sensor) ? dy_measure_next(sensor) : sensor->remind_ms);
    next = dy_min(next, dy_min(dy_improv_next(sensor), dy_command_next(sensor)));
    next = dy_min(next, now_ms + dy_led_next_ms(sensor->led_code, now_ms - sensor->led_since_ms));
    return next > now_ms ? next : now_ms + 1;
}
