/* timegm */
#define _DEFAULT_SOURCE

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dht_frame.h"

#define NEVER UINT64_MAX
#define HOUR UINT64_C(3600000)
/** The port wakes the sensor at least so often, and for its own events. */
#define LAZY_MS 5000

static void must(const world *w, bool condition, const char *what)
{
    if (condition) return;
    (void)fprintf(stderr, "at %llu ms: %s\n", (unsigned long long)w->now_ms, what);
    abort();
}

static uint32_t any(world *w, uint32_t below)
{
    w->seed = w->seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (uint32_t)((uint64_t)(w->seed >> 4) * below >> 28);
}

static uint64_t board_ms(const world *w)
{
    return w->now_ms - w->booted_ms;
}

static void log_line(void *ctx, dy_log_level level, const char *tag, const char *text)
{
    (void)ctx, (void)level, (void)tag;
    if (getenv("MONTH_LOG") != NULL) (void)printf("%s: %s\n", tag, text);
}

static uint32_t random_number(void *ctx)
{
    return any(ctx, UINT32_C(1) << 27);
}

static void facts(void *ctx, dy_facts *out)
{
    world *w = ctx;
    int rssi = w->now_ms < w->faults.weak_until ? -88 : -55;
    *out = (dy_facts){.has_rssi = w->joined, .rssi = rssi - (int)any(w, 6), .free_heap = 200000, .min_heap = 180000};
}

static void set_clock(void *ctx, int64_t epoch_ms)
{
    world *w = ctx;
    must(w, llabs(epoch_ms - (w->epoch_ms + (int64_t)w->now_ms)) < 5000, "clock set to a wrong time");
}

static void lose_mqtt(world *w)
{
    w->connected = false;
    w->ack_count = 0;
    w->mqtt_answer = w->ack_at = NEVER;
}

static void wifi_join(void *ctx, const char *ssid, const char *password)
{
    world *w = ctx;
    (void)password;
    must(w, strcmp(ssid, "Cellar") == 0, "joins another network");
    lose_mqtt(w);
    w->joined = false;
    w->wifi_answer = any(w, 20) == 0 ? NEVER : w->now_ms + 300 + any(w, 5000);
}

static void wifi_leave(void *ctx)
{
    world *w = ctx;
    lose_mqtt(w);
    w->joined = false;
    w->wifi_answer = NEVER;
}

static bool wifi_scan(void *ctx)
{
    (void)ctx;
    return false;
}

static void ntp_start(void *ctx, const char *host)
{
    world *w = ctx;
    (void)host;
    w->ntp_answer = w->now_ms + 200 + any(w, 3000);
}

static void mqtt_connect(void *ctx, const dy_mqtt_setup *setup)
{
    world *w = ctx;
    must(w, w->joined, "connects without a network");
    must(w, strstr(setup->will_payload, "offline") != NULL, "connects without its will");
    w->mqtt_answer = any(w, 20) == 0 ? NEVER : w->now_ms + 20 + any(w, 2000);
}

static void mqtt_stop(void *ctx)
{
    lose_mqtt(ctx);
}

static bool mqtt_subscribe(void *ctx, const char *topic)
{
    (void)topic;
    return ((world *)ctx)->connected;
}

/** What a broker would find in a reading. */
static void arrive(world *w, const char *payload)
{
    int year, month, day, hour, minute, second, milli;
    double temperature, humidity;
    int found = sscanf(payload,
                       "{\"device_id\":\"1C:69:20:E9:18:24\",\"timestamp\":\"%d-%d-%dT%d:%d:%d.%dZ\","
                       "\"temperature\":%lf,\"humidity\":%lf}",
                       &year, &month, &day, &hour, &minute, &second, &milli, &temperature, &humidity);
    must(w, found == 9, payload);
    uint32_t n = (uint32_t)(temperature * 10 + 0.5) * 1000 + (uint32_t)(humidity * 10 + 0.5);
    must(w, n >= 1 && n <= w->measured, "a reading that was never measured");
    struct tm sent = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second};
    // The clock that the board was given may be off by what it tolerates.
    bool near = llabs((int64_t)timegm(&sent) * 1000 + milli - w->measured_at[n]) <= 2100;
    must(w, near, "a reading with a time that is not its own");
    if (w->arrived[n]) w->repeated++;
    else w->arrived_count++;
    w->arrived[n] = true;
}

static int32_t mqtt_publish(void *ctx, const char *topic, const char *payload, size_t length, bool retained)
{
    world *w = ctx;
    char text[DY_PAYLOAD_SIZE];
    (void)retained;
    must(w, length < sizeof text, "a payload that is too long");
    memcpy(text, payload, length);
    text[length] = '\0';
    must(w, strstr(text, "1970-") == NULL, "1970");
    if (!w->connected || any(w, 200) == 0) return -1;
    bool lost = w->now_ms < w->faults.silent_broker_until || w->ack_count == 64;
    if (!lost && strstr(topic, "/data") != NULL) arrive(w, text);
    // The acknowledgement may get lost, what it acknowledges has arrived.
    if (!lost && any(w, 100) != 0) w->acks[w->ack_count++] = w->next_message;
    w->ack_at = w->now_ms + 5 + any(w, 200);
    return w->next_message++;
}

static void dht_read(void *ctx, uint8_t gpio, uint8_t type)
{
    world *w = ctx;
    (void)gpio, (void)type;
    w->dht_answer = any(w, 500) == 0 ? NEVER : w->now_ms + 25;
}

static void uart_write(void *ctx, const uint8_t *bytes, size_t length)
{
    (void)ctx, (void)bytes, (void)length;
}

static void led(void *ctx, bool on)
{
    (void)ctx, (void)on;
}

static bool store_text(void *ctx, const char *key, const char *text)
{
    (void)ctx, (void)key, (void)text;
    return true;
}

static bool store_u8(void *ctx, const char *key, uint8_t value)
{
    (void)ctx, (void)key, (void)value;
    return true;
}

static bool store_erase(void *ctx)
{
    must(ctx, false, "erases its configuration");
    return false;
}

static void restart(void *ctx)
{
    world *w = ctx;
    w->restart_at = w->now_ms + 1;
    w->restarts++;
}

static void boot(world *w)
{
    dy_port port = {
        .ctx = w, .log = log_line, .random = random_number, .facts = facts, .set_clock = set_clock,
        .wifi_join = wifi_join, .wifi_leave = wifi_leave, .wifi_scan = wifi_scan, .ntp_start = ntp_start,
        .mqtt_connect = mqtt_connect, .mqtt_stop = mqtt_stop, .mqtt_subscribe = mqtt_subscribe,
        .mqtt_publish = mqtt_publish, .dht_read = dht_read, .uart_write = uart_write, .led = led,
        .store_text = store_text, .store_u8 = store_u8, .store_erase = store_erase, .restart = restart,
    };
    dy_identity identity = {.mac = "1C:69:20:E9:18:24", .version = "1.0.0", .chip = "host"};
    dy_key_reader reader = fake_keys_reader(&w->keys);
    dy_config_report report = dy_config_load(&w->config, &reader);
    dy_flash flash = fake_flash_of(&w->flash);
    lose_mqtt(w);
    w->joined = false;
    w->wifi_answer = w->ntp_answer = w->dht_answer = w->restart_at = NEVER;
    w->booted_ms = w->now_ms;
    dy_sensor_start(&w->sensor, &port, &identity, &w->config, &report, &flash, 0);
}

void world_make(world *w, uint32_t seed)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->epoch_ms = INT64_C(1762180225000);
    w->next_message = 1;
    fake_keys_whole(&w->keys);
    fake_flash_init(&w->flash, 16);
    boot(w);
}

/** The board begins anew; what its queue gave up until now, and what was in memory, is excused. */
static void begin_anew(world *w)
{
    const dy_queue *queue = &w->sensor.queue;
    w->excused += queue->dropped + queue->undatable + queue->damaged + queue->ram_count;
    // A record may have been half written.
    if (w->flash.powerless) w->excused++;
    fake_flash_power_on(&w->flash);
    boot(w);
}

static void answer_wifi(world *w)
{
    w->wifi_answer = NEVER;
    bool refused = w->now_ms < w->faults.wifi_password_until;
    if (w->now_ms < w->faults.wifi_until || refused) {
        dy_sensor_on_wifi_down(&w->sensor, refused ? DY_WIFI_WRONG_PASSWORD : DY_WIFI_NO_NETWORK, board_ms(w));
        return;
    }
    w->joined = true;
    dy_sensor_on_wifi_up(&w->sensor, w->now_ms < w->faults.weak_until ? -88 : -55, "192.168.4.31", board_ms(w));
}

static void answer_mqtt(world *w)
{
    w->mqtt_answer = NEVER;
    bool refused = w->now_ms < w->faults.login_until;
    if (w->now_ms < w->faults.broker_until || refused) {
        dy_sensor_on_mqtt_down(&w->sensor, refused ? DY_MQTT_REFUSED_LOGIN : DY_MQTT_UNREACHABLE, board_ms(w));
        return;
    }
    w->connected = true;
    w->time_message_at = w->now_ms + any(w, 10000);
    dy_sensor_on_mqtt_up(&w->sensor, board_ms(w));
}

static void answer_dht(world *w)
{
    dy_pulse pulses[DY_DHT_MAX_PULSES];
    uint8_t bytes[5];
    w->dht_answer = NEVER;
    bool broken = w->now_ms < w->faults.dht_until;
    uint32_t n = w->measured + 1;
    must(w, n < WORLD_READINGS, "more readings than a month has");
    dht22_bytes((int)(n / 1000), (int)(n % 1000), bytes);
    size_t count = dht_pulses(bytes, pulses);
    if (broken) count = 0;
    else if (any(w, 50) == 0) pulses[2 + any(w, 80)].us = (uint16_t)any(w, 300);
    uint32_t before = w->sensor.health.measured;
    int64_t at = w->epoch_ms + (int64_t)w->now_ms;
    w->measured_at[n] = at;
    w->measured = n;
    dy_sensor_on_dht(&w->sensor, pulses, count, board_ms(w));
    if (w->sensor.health.measured == before) w->measured = n - 1;
}

static void answer(world *w)
{
    if (w->now_ms >= w->wifi_answer) answer_wifi(w);
    if (w->now_ms >= w->ntp_answer) {
        w->ntp_answer = w->now_ms + HOUR;
        if (w->joined && w->now_ms >= w->faults.ntp_until)
            dy_sensor_on_time(&w->sensor, w->epoch_ms + (int64_t)w->now_ms, board_ms(w));
    }
    if (w->now_ms >= w->mqtt_answer) answer_mqtt(w);
    if (w->now_ms >= w->dht_answer) answer_dht(w);
    if (w->now_ms >= w->ack_at) {
        int32_t acks[64];
        size_t count = w->ack_count;
        memcpy(acks, w->acks, sizeof acks);
        w->ack_count = 0;
        w->ack_at = NEVER;
        for (size_t i = 0; i < count; i++) dy_sensor_on_acknowledged(&w->sensor, acks[i], board_ms(w));
    }
    if (w->connected && w->now_ms >= w->time_message_at) {
        char text[64];
        int length = snprintf(text, sizeof text, "{\"epoch_ms\":%lld}", (long long)(w->epoch_ms + (int64_t)w->now_ms));
        w->time_message_at = w->now_ms + 10000;
        dy_sensor_on_message(&w->sensor, "datayoti/time", 13, text, (size_t)length, board_ms(w));
    }
    if (w->now_ms >= w->restart_at) begin_anew(w);
}

static void command_restart(world *w)
{
    const char *topic = "datayoti/sensor/1C:69:20:E9:18:24/cmd", *text = "{\"cmd\":\"restart\"}";
    if (!w->connected) return;
    w->commanded_restarts++;
    dy_sensor_on_message(&w->sensor, topic, strlen(topic), text, strlen(text), board_ms(w));
}

static void garbage(world *w)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)any(w, 256);
    dy_sensor_on_uart(&w->sensor, bytes, sizeof bytes, board_ms(w));
    dy_sensor_on_message(&w->sensor, "datayoti/time", 13, (const char *)bytes, sizeof bytes, board_ms(w));
}

/** One new trouble in an hour or so. */
static void trouble(world *w)
{
    world_faults *f = &w->faults;
    uint64_t minutes = w->now_ms + (uint64_t)any(w, 90) * 60000, hours = w->now_ms + (uint64_t)any(w, 40) * HOUR;
    switch (any(w, 14)) {
    case 0: f->wifi_until = minutes; break;
    case 1: f->wifi_until = any(w, 6) == 0 ? hours : minutes; break;
    case 2: f->wifi_password_until = minutes; break;
    case 3: f->broker_until = any(w, 6) == 0 ? hours : minutes; break;
    case 4: f->login_until = minutes; break;
    case 5: f->silent_broker_until = minutes; break;
    case 6: f->dht_until = minutes; break;
    case 7: f->weak_until = minutes; break;
    case 8: f->ntp_until = hours; break;
    case 9: // The power goes in the middle of whatever flash does next.
        w->flash.power_left = (long)any(w, 3);
        break;
    case 10: w->power_cuts++; begin_anew(w); break;
    case 11: command_restart(w); break;
    default: garbage(w);
    }
    if (w->joined && w->now_ms < f->wifi_until) {
        lose_mqtt(w);
        w->joined = false;
        dy_sensor_on_wifi_down(&w->sensor, DY_WIFI_LOST, board_ms(w));
    } else if (w->connected && w->now_ms < f->broker_until) {
        lose_mqtt(w);
        dy_sensor_on_mqtt_down(&w->sensor, DY_MQTT_LOST, board_ms(w));
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_event(const world *w)
{
    uint64_t next = earlier(earlier(w->wifi_answer, w->mqtt_answer), earlier(w->dht_answer, w->ack_at));
    next = earlier(next, earlier(w->ntp_answer, w->restart_at));
    return w->connected ? earlier(next, w->time_message_at) : next;
}

void world_run(world *w, uint64_t ms, bool troubled)
{
    uint64_t end = w->now_ms + ms, next_trouble = w->now_ms + HOUR;
    while (w->now_ms < end) {
        answer(w);
        uint64_t wake = dy_sensor_step(&w->sensor, board_ms(w)) + w->booted_ms;
        must(w, wake > w->now_ms, "asks to be called at once again");
        w->steps++;
        if (w->flash.powerless) {
            w->power_cuts++;
            begin_anew(w);
        }
        if (troubled && w->now_ms >= next_trouble) {
            trouble(w);
            next_trouble = w->now_ms + any(w, 2 * HOUR);
        }
        if (wake < w->now_ms + LAZY_MS) wake = w->now_ms + LAZY_MS;
        uint64_t next = earlier(wake, next_event(w));
        w->now_ms = next > w->now_ms ? next : w->now_ms + 1;
    }
}
