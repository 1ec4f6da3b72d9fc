#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dht_frame.h"

static void log_line(void *ctx, dy_log_level level, const char *tag, const char *text)
{
    board *b = ctx;
    char *line = b->log[b->logged++ % BOARD_LOGGED];
    (void)snprintf(line, sizeof b->log[0], "%c %s: %s", "EWI"[level], tag, text);
}

static uint32_t random_number(void *ctx)
{
    (void)ctx;
    static uint32_t session;
    return ++session * UINT32_C(2654435761);
}

static void facts(void *ctx, dy_facts *out)
{
    *out = ((board *)ctx)->facts;
}

static void set_clock(void *ctx, int64_t epoch_ms)
{
    (void)epoch_ms;
    ((board *)ctx)->clock_sets++;
}

static void wifi_join(void *ctx, const char *ssid, const char *pass)
{
    board *b = ctx;
    b->joins++;
    strcpy(b->ssid, ssid);
    strcpy(b->pass, pass);
}

static void wifi_leave(void *ctx)
{
    ((board *)ctx)->leaves++;
}

static bool wifi_scan(void *ctx)
{
    ((board *)ctx)->scans++;
    return ((board *)ctx)->can_scan;
}

static void ntp_start(void *ctx, const char *host)
{
    (void)host;
    ((board *)ctx)->ntp_starts++;
}

static void mqtt_connect(void *ctx, const dy_mqtt_setup *setup)
{
    ((board *)ctx)->connects++;
    ((board *)ctx)->setup = *setup;
}

static void mqtt_stop(void *ctx)
{
    ((board *)ctx)->stops++;
}

static bool mqtt_subscribe(void *ctx, const char *topic)
{
    (void)topic;
    ((board *)ctx)->subscriptions++;
    return true;
}

static int32_t mqtt_publish(void *ctx, const char *topic, const char *payload, size_t length, bool retained)
{
    board *b = ctx;
    if (!b->takes_messages || b->publications == BOARD_PUBLISHED || length >= DY_PAYLOAD_SIZE) return -1;
    board_publication *p = &b->published[b->publications++];
    (void)snprintf(p->topic, sizeof p->topic, "%s", topic);
    memcpy(p->payload, payload, length);
    p->payload[length] = '\0';
    p->retained = retained;
    return p->message = b->next_message++;
}

static void dht_read(void *ctx, uint8_t gpio, uint8_t type)
{
    (void)gpio;
    (void)type;
    ((board *)ctx)->dht_reads++;
}

static void uart_write(void *ctx, const uint8_t *bytes, size_t length)
{
    board *b = ctx;
    if (b->uart_length + length > sizeof b->uart) abort();
    memcpy(b->uart + b->uart_length, bytes, length);
    b->uart_length += length;
}

static void led(void *ctx, bool on)
{
    ((board *)ctx)->led = on;
    ((board *)ctx)->led_changes++;
}

static bool store_text(void *ctx, const char *key, const char *text)
{
    board *b = ctx;
    if (b->keys.read_only) return false;
    fake_keys_text(&b->keys, key, text);
    return true;
}

static bool store_u8(void *ctx, const char *key, uint8_t value)
{
    board *b = ctx;
    if (b->keys.read_only) return false;
    fake_keys_number(&b->keys, key, DY_TYPE_U8, value);
    return true;
}

static bool store_erase(void *ctx)
{
    board *b = ctx;
    if (b->keys.read_only) return false;
    fake_keys_clear(&b->keys);
    return true;
}

static void restart(void *ctx)
{
    ((board *)ctx)->restarts++;
}

void board_make(board *b)
{
    memset(b, 0, sizeof *b);
    fake_keys_whole(&b->keys);
    fake_flash_init(&b->flash, 4);
    b->facts = (dy_facts){.has_rssi = true, .rssi = -45, .free_heap = 234567, .min_heap = 198000};
    b->can_scan = b->takes_messages = true;
    b->next_message = 1;
    b->now_ms = 1000;
}

void board_start(board *b)
{
    dy_port port = {
        .ctx = b,
        .log = log_line,
        .random = random_number,
        .facts = facts,
        .set_clock = set_clock,
        .wifi_join = wifi_join,
        .wifi_leave = wifi_leave,
        .wifi_scan = wifi_scan,
        .ntp_start = ntp_start,
        .mqtt_connect = mqtt_connect,
        .mqtt_stop = mqtt_stop,
        .mqtt_subscribe = mqtt_subscribe,
        .mqtt_publish = mqtt_publish,
        .dht_read = dht_read,
        .uart_write = uart_write,
        .led = led,
        .store_text = store_text,
        .store_u8 = store_u8,
        .store_erase = store_erase,
        .restart = restart,
    };
    dy_identity identity = {.mac = BOARD_MAC, .version = "1.0.0", .chip = "host", .reset_reason = DY_RESET_POWER_ON};
    dy_key_reader reader = fake_keys_reader(&b->keys);
    dy_config_report report = dy_config_load(&b->config, &reader);
    dy_flash flash = fake_flash_of(&b->flash);
    dy_sensor_start(&b->sensor, &port, &identity, &b->config, &report, &flash, b->now_ms);
    (void)dy_sensor_step(&b->sensor, b->now_ms);
}

void board_run(board *b, uint64_t ms)
{
    uint64_t until = b->now_ms + ms;
    for (;;) {
        uint64_t next = dy_sensor_step(&b->sensor, b->now_ms);
        if (next > until) break;
        b->now_ms = next;
    }
    b->now_ms = until;
    (void)dy_sensor_step(&b->sensor, b->now_ms);
}

void board_go_online(board *b)
{
    while (b->sensor.conn.state == DY_CONN_WIFI_PAUSE) board_run(b, 1000);
    dy_sensor_on_wifi_up(&b->sensor, b->facts.rssi, "192.168.4.31", b->now_ms);
    dy_sensor_on_mqtt_up(&b->sensor, b->now_ms);
    (void)dy_sensor_step(&b->sensor, b->now_ms);
}

void board_measured(board *b, int temperature_d, int humidity_d)
{
    dy_pulse pulses[DY_DHT_MAX_PULSES];
    uint8_t bytes[5];
    dht22_bytes(temperature_d, humidity_d, bytes);
    dy_sensor_on_dht(&b->sensor, pulses, dht_pulses(bytes, pulses), b->now_ms);
    (void)dy_sensor_step(&b->sensor, b->now_ms);
}

void board_run_to_question(board *b)
{
    unsigned before = b->dht_reads;
    for (int i = 0; i < 100000; i++) {
        uint64_t next = dy_sensor_step(&b->sensor, b->now_ms);
        if (b->dht_reads != before) break;
        b->now_ms = next;
    }
    if (b->dht_reads == before) abort();
}

static bool is_on(const board_publication *p, dy_channel channel)
{
    char topic[DY_TOPIC_SIZE];
    (void)dy_topic(topic, sizeof topic, BOARD_MAC, channel);
    return strcmp(p->topic, topic) == 0;
}

const board_publication *board_last(const board *b, dy_channel channel)
{
    for (size_t i = b->publications; i > 0; i--) {
        if (is_on(&b->published[i - 1], channel)) return &b->published[i - 1];
    }
    return NULL;
}

size_t board_count(const board *b, dy_channel channel)
{
    size_t count = 0;
    for (size_t i = 0; i < b->publications; i++) count += is_on(&b->published[i], channel);
    return count;
}

void board_acknowledge(board *b)
{
    for (size_t i = 0; i < b->publications; i++)
        dy_sensor_on_acknowledged(&b->sensor, b->published[i].message, b->now_ms);
}

void board_message(board *b, const char *topic, const char *payload)
{
    dy_sensor_on_message(&b->sensor, topic, strlen(topic), payload, strlen(payload), b->now_ms);
    (void)dy_sensor_step(&b->sensor, b->now_ms);
}

bool board_said(const board *b, const char *text)
{
    for (size_t i = 0; i < BOARD_LOGGED && i < b->logged; i++) {
        if (strstr(b->log[i], text) != NULL) return true;
    }
    return false;
}

void board_forget_log(board *b)
{
    b->logged = 0;
}
