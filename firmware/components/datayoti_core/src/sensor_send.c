#include "sensor_parts.h"

#define HEARTBEAT_EVERY_MS 60000u
/** Without an acknowledgement for so long the connection is taken for dead. */
#define ACKNOWLEDGE_LIMIT_MS 30000u
#define AGAIN_MS 1000u
/** So long after the connection without a time, the log says so. */
#define TIME_EXPECTED_MS 15000u

static int32_t publish(dy_sensor *sensor, dy_channel channel, const char *payload, int length, bool retained)
{
    char topic[DY_TOPIC_SIZE];
    (void)dy_topic(topic, sizeof topic, sensor->identity.mac, channel);
    if (length < 0) return -1;
    return sensor->port.mqtt_publish(sensor->port.ctx, topic, payload, (size_t)length, retained);
}

void dy_send_status(dy_sensor *sensor, bool online, uint64_t now_ms)
{
    char payload[DY_PAYLOAD_SIZE];
    int length = dy_payload_status(payload, sizeof payload, sensor->identity.mac, dy_clock_at(&sensor->clock, now_ms),
                                   online);
    (void)publish(sensor, DY_CHANNEL_STATUS, payload, length, true);
}

void dy_send_begin(dy_sensor *sensor, uint64_t now_ms)
{
    char topic[DY_TOPIC_SIZE];
    (void)dy_topic(topic, sizeof topic, sensor->identity.mac, DY_CHANNEL_CMD);
    (void)sensor->port.mqtt_subscribe(sensor->port.ctx, topic);
    (void)sensor->port.mqtt_subscribe(sensor->port.ctx, DY_TIME_TOPIC);
    dy_send_status(sensor, true, now_ms);
    sensor->sending = (dy_sending){.waiting = false, .give_up_ms = DY_NEVER};
    sensor->heartbeat_ms = now_ms;
    sensor->complaint_ms = dy_clock_is_set(&sensor->clock) ? DY_NEVER : now_ms + TIME_EXPECTED_MS;
}

void dy_send_lost(dy_sensor *sensor)
{
    sensor->sending = (dy_sending){.waiting = false, .give_up_ms = DY_NEVER};
    sensor->complaint_ms = DY_NEVER;
}

static void judge_heap(dy_sensor *sensor, uint32_t free_heap)
{
    dy_heap_state state = dy_heap_judge(free_heap);
    if (state > sensor->heap)
        dy_say(sensor, state == DY_HEAP_IS_CRITICAL ? DY_LOG_HEAP_CRITICAL : DY_LOG_HEAP_LOW, (unsigned)free_heap);
    sensor->heap = state;
}

static void send_heartbeat(dy_sensor *sensor, uint64_t now_ms)
{
    char payload[DY_PAYLOAD_SIZE];
    dy_facts facts = {.has_rssi = false};
    sensor->port.facts(sensor->port.ctx, &facts);
    judge_heap(sensor, facts.free_heap);
    dy_heartbeat heartbeat = {
        .mac = sensor->identity.mac,
        .site_ref = sensor->config->site_ref,
        .epoch_ms = dy_clock_at(&sensor->clock, now_ms),
        .has_rssi = facts.has_rssi,
        .rssi = facts.rssi,
        .free_heap = facts.free_heap,
        .min_heap = facts.min_heap,
        .uptime_s = (now_ms - sensor->started_ms) / 1000,
        .fw = sensor->identity.version,
        .chip = sensor->identity.chip,
        .ip = sensor->ip,
        .reset_reason = dy_reset_name(sensor->identity.reset_reason),
        .queued = dy_queue_count(&sensor->queue),
    };
    int32_t message = publish(sensor, DY_CHANNEL_HEARTBEAT, payload,
                              dy_payload_heartbeat(payload, sizeof payload, &heartbeat), false);
    sensor->heartbeat_ms = now_ms + (message < 0 ? AGAIN_MS : HEARTBEAT_EVERY_MS);
}

/** @returns false where the reading's time is not known, now or for good */
static bool date(dy_sensor *sensor, dy_reading *reading, uint64_t ticket)
{
    if (reading->dated) return true;
    if (reading->session != sensor->session) {
        dy_queue_discard_undatable(&sensor->queue, ticket);
        dy_say(sensor, DY_LOG_UNDATABLE);
        return false;
    }
    reading->time_ms = dy_clock_at(&sensor->clock, (uint64_t)reading->time_ms);
    return dy_clock_is_set(&sensor->clock);
}

static void send_reading(dy_sensor *sensor, uint64_t now_ms)
{
    char payload[DY_PAYLOAD_SIZE];
    dy_sending *sending = &sensor->sending;
    dy_reading reading;
    uint64_t ticket;
    if (!dy_queue_peek(&sensor->queue, &reading, &ticket) || !date(sensor, &reading, ticket)) return;
    int length = dy_payload_data(payload, sizeof payload, sensor->identity.mac, reading.time_ms, reading.temperature_c,
                                 reading.humidity_c);
    if (length < 0) {
        // Its time cannot be one: flash that went bad in a way that its CRC did not show.
        dy_queue_discard_undatable(&sensor->queue, ticket);
        return;
    }
    int32_t message = publish(sensor, DY_CHANNEL_DATA, payload, length, false);
    *sending = (dy_sending){
        .waiting = message >= 0,
        .message = message,
        .ticket = ticket,
        .give_up_ms = now_ms + (message >= 0 ? ACKNOWLEDGE_LIMIT_MS : AGAIN_MS),
    };
}

/** Undatable readings leave at once, one after the other; then comes one that can be sent, or none. */
static void send_next(dy_sensor *sensor, uint64_t now_ms)
{
    uint32_t before;
    do {
        before = dy_queue_count(&sensor->queue);
        send_reading(sensor, now_ms);
    } while (!sensor->sending.waiting && dy_queue_count(&sensor->queue) < before);
}

void dy_sensor_on_acknowledged(dy_sensor *sensor, int32_t message, uint64_t now_ms)
{
    dy_sending *sending = &sensor->sending;
    dy_reading reading;
    uint64_t ticket;
    if (!sending->waiting || sending->message != message) return;
    sending->waiting = false;
    sending->give_up_ms = DY_NEVER;
    if (dy_queue_peek(&sensor->queue, &reading, &ticket) && ticket == sending->ticket) {
        char temperature[16], humidity[16];
        (void)dy_format_hundredths(temperature, sizeof temperature, reading.temperature_c);
        (void)dy_format_hundredths(humidity, sizeof humidity, reading.humidity_c);
        dy_queue_done(&sensor->queue, ticket);
        dy_say(sensor, DY_LOG_PUBLISHED, temperature, humidity, (unsigned)dy_queue_count(&sensor->queue));
    }
    dy_count(&sensor->health.sent);
    if (dy_sensor_is_online(sensor)) send_next(sensor, now_ms);
}

void dy_tell_drops(dy_sensor *sensor)
{
    uint32_t dropped = sensor->queue.dropped - sensor->drops_told;
    if (dropped == 0) return;
    sensor->drops_told = sensor->queue.dropped;
    dy_say(sensor, DY_LOG_QUEUE_FULL, (unsigned)dropped);
}

void dy_send_step(dy_sensor *sensor, uint64_t now_ms)
{
    dy_sending *sending = &sensor->sending;
    dy_tell_drops(sensor);
    if (!dy_sensor_is_online(sensor)) return;
    if (sending->waiting && now_ms >= sending->give_up_ms) {
        dy_sensor_on_mqtt_down(sensor, DY_MQTT_LOST, now_ms);
        return;
    }
    if (now_ms >= sensor->complaint_ms) {
        sensor->complaint_ms = DY_NEVER;
        if (!dy_clock_is_set(&sensor->clock)) dy_say(sensor, DY_LOG_TIME_NONE);
    }
    bool refused_just_now = !sending->waiting && sending->give_up_ms != DY_NEVER && now_ms < sending->give_up_ms;
    if (!sending->waiting && !refused_just_now) {
        sending->give_up_ms = DY_NEVER;
        send_next(sensor, now_ms);
    }
    if (now_ms >= sensor->heartbeat_ms) send_heartbeat(sensor, now_ms);
}

uint64_t dy_send_next(const dy_sensor *sensor)
{
    if (!dy_sensor_is_online(sensor)) return DY_NEVER;
    return dy_min(sensor->sending.give_up_ms, dy_min(sensor->heartbeat_ms, sensor->complaint_ms));
}
