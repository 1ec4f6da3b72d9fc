#include "host_port.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NEVER UINT64_MAX
#define JOIN_MS 300
#define SCAN_MS 300
#define TIME_MS 200
#define DHT_MS 25

uint64_t host_now_ms(void)
{
    static uint64_t began_ms;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (began_ms == 0) began_ms = ms;
    return ms - began_ms;
}

static int64_t epoch_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool host_read_air(host *h, const char *path)
{
    char line[256];
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        perror(path);
        return false;
    }
    while (h->networks < AIR_NETWORKS && fgets(line, sizeof line, stream) != NULL) {
        char *pass = strchr(line, '\t'), *rssi = pass == NULL ? NULL : strchr(pass + 1, '\t');
        if (rssi == NULL) continue;
        *pass++ = *rssi++ = '\0';
        air_network *network = &h->air[h->networks++];
        (void)snprintf(network->ssid, sizeof network->ssid, "%.32s", line);
        (void)snprintf(network->pass, sizeof network->pass, "%.63s", pass);
        network->rssi = (int)strtol(rssi, NULL, 10);
    }
    (void)fclose(stream);
    return h->has_air = true;
}

static void log_line(void *ctx, dy_log_level level, const char *tag, const char *text)
{
    host *h = ctx;
    char line[DY_LOG_SIZE + 64];
    int length = snprintf(line, sizeof line, "%c (%llu) %s: %s\r\n", "EWI"[level], (unsigned long long)host_now_ms(), tag,
                          text);
    serial_line_write(&h->line, line, (size_t)length);
    (void)fwrite(line, 1, (size_t)length, stdout);
    (void)fflush(stdout);
}

static uint32_t random_number(void *ctx)
{
    (void)ctx;
    uint32_t number = (uint32_t)epoch_ms() * UINT32_C(2654435761) ^ (uint32_t)getpid();
    FILE *stream = fopen("/dev/urandom", "rb");
    if (stream == NULL) return number;
    size_t read = fread(&number, sizeof number, 1, stream);
    (void)read;
    (void)fclose(stream);
    return number;
}

/** The computer's free memory stands for the heap, as far as the database's column reaches. */
static void facts(void *ctx, dy_facts *out)
{
    host *h = ctx;
    uint64_t bytes = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint32_t memory = bytes > INT32_MAX ? INT32_MAX : (uint32_t)bytes;
    if (memory < h->least_memory) h->least_memory = memory;
    *out = (dy_facts){.has_rssi = h->rssi != 0, .rssi = h->rssi, .free_heap = memory, .min_heap = h->least_memory};
}

/** The computer's clock is its own. */
static void set_clock(void *ctx, int64_t now)
{
    (void)ctx, (void)now;
}

static void wifi_leave(void *ctx)
{
    host *h = ctx;
    h->rssi = 0;
    h->wifi_answer_ms = NEVER;
}

static void wifi_join(void *ctx, const char *ssid, const char *password)
{
    host *h = ctx;
    wifi_leave(h);
    strcpy(h->ssid, ssid);
    strcpy(h->pass, password);
    h->wifi_answer_ms = host_now_ms() + JOIN_MS;
}

static bool wifi_scan(void *ctx)
{
    ((host *)ctx)->scan_answer_ms = host_now_ms() + SCAN_MS;
    return true;
}

static void ntp_start(void *ctx, const char *server)
{
    (void)server;
    if (((host *)ctx)->has_time) ((host *)ctx)->time_answer_ms = host_now_ms() + TIME_MS;
}

static void mqtt_connect(void *ctx, const dy_mqtt_setup *setup)
{
    mqtt_client_connect(&((host *)ctx)->mqtt, setup);
}

static void mqtt_stop(void *ctx)
{
    mqtt_client_stop(&((host *)ctx)->mqtt);
}

static bool mqtt_subscribe(void *ctx, const char *topic)
{
    return mqtt_client_subscribe(&((host *)ctx)->mqtt, topic);
}

static int32_t mqtt_publish(void *ctx, const char *topic, const char *payload, size_t length, bool retained)
{
    return mqtt_client_publish(&((host *)ctx)->mqtt, topic, payload, length, retained);
}

static void dht_read(void *ctx, uint8_t gpio, uint8_t type)
{
    (void)gpio, (void)type;
    ((host *)ctx)->dht_answer_ms = host_now_ms() + DHT_MS;
}

static void uart_write(void *ctx, const uint8_t *bytes, size_t length)
{
    serial_line_write(&((host *)ctx)->line, bytes, length);
}

static void led(void *ctx, bool on)
{
    (void)ctx, (void)on;
}

static bool store_text(void *ctx, const char *key, const char *text)
{
    return nvs_file_store_text(&((host *)ctx)->nvs, key, text);
}

static bool store_u8(void *ctx, const char *key, uint8_t value)
{
    return nvs_file_store_u8(&((host *)ctx)->nvs, key, value);
}

static bool store_erase(void *ctx)
{
    return nvs_file_erase(&((host *)ctx)->nvs);
}

static void restart(void *ctx)
{
    ((host *)ctx)->restart = true;
}

dy_port host_port(host *h)
{
    h->wifi_answer_ms = h->time_answer_ms = h->dht_answer_ms = h->scan_answer_ms = NEVER;
    return (dy_port){
        .ctx = h, .log = log_line, .random = random_number, .facts = facts, .set_clock = set_clock,
        .wifi_join = wifi_join, .wifi_leave = wifi_leave, .wifi_scan = wifi_scan, .ntp_start = ntp_start,
        .mqtt_connect = mqtt_connect, .mqtt_stop = mqtt_stop, .mqtt_subscribe = mqtt_subscribe,
        .mqtt_publish = mqtt_publish, .dht_read = dht_read, .uart_write = uart_write, .led = led,
        .store_text = store_text, .store_u8 = store_u8, .store_erase = store_erase, .restart = restart,
    };
}

static void answer_wifi(host *h)
{
    static const air_network everywhere = {.rssi = -55};
    const air_network *found = h->has_air ? NULL : &everywhere;
    for (size_t i = 0; i < h->networks; i++) {
        if (strcmp(h->air[i].ssid, h->ssid) == 0) found = &h->air[i];
    }
    if (found == NULL) dy_sensor_on_wifi_down(&h->sensor, DY_WIFI_NO_NETWORK, host_now_ms());
    else if (h->has_air && strcmp(found->pass, h->pass) != 0)
        dy_sensor_on_wifi_down(&h->sensor, DY_WIFI_WRONG_PASSWORD, host_now_ms());
    else {
        h->rssi = found->rssi;
        dy_sensor_on_wifi_up(&h->sensor, found->rssi, "127.0.0.1", host_now_ms());
    }
}

static void answer_scan(host *h)
{
    dy_network networks[AIR_NETWORKS] = {0};
    for (size_t i = 0; i < h->networks; i++) {
        strcpy(networks[i].ssid, h->air[i].ssid);
        networks[i].rssi = h->air[i].rssi;
        networks[i].secured = h->air[i].pass[0] != '\0';
    }
    dy_sensor_on_scan(&h->sensor, networks, h->networks, host_now_ms());
}

/** The pulses of an element in a room whose climate goes up and down in ten minutes. */
static void answer_dht(host *h)
{
    dy_pulse pulses[83];
    double turn = (double)(epoch_ms() % 600000) / 600000 * 6.283185307;
    unsigned temperature = (unsigned)(215 + 15 * sin(turn)), humidity = (unsigned)(550 + 40 * cos(turn));
    bool dht11 = h->config.dht_type == 11;
    uint8_t bytes[5] = {(uint8_t)(dht11 ? humidity / 10 : humidity >> 8), (uint8_t)(dht11 ? 0 : humidity),
                        (uint8_t)(dht11 ? temperature / 10 : temperature >> 8), (uint8_t)(dht11 ? 0 : temperature), 0};
    bytes[4] = (uint8_t)(bytes[0] + bytes[1] + bytes[2] + bytes[3]);
    for (int i = 0; i < 41; i++) {
        bool one = i > 0 && (bytes[(i - 1) / 8] >> (7 - (i - 1) % 8) & 1) != 0;
        pulses[2 * i] = (dy_pulse){.level = 0, .us = i == 0 ? 80 : 50};
        pulses[2 * i + 1] = (dy_pulse){.level = 1, .us = i == 0 ? 80 : one ? 70 : 27};
    }
    pulses[82] = (dy_pulse){.level = 0, .us = 50};
    dy_sensor_on_dht(&h->sensor, pulses, h->has_dht ? 83 : 0, host_now_ms());
}

static bool is_due(uint64_t *at_ms)
{
    if (host_now_ms() < *at_ms) return false;
    *at_ms = NEVER;
    return true;
}

void host_answer(host *h)
{
    if (is_due(&h->wifi_answer_ms)) answer_wifi(h);
    if (is_due(&h->scan_answer_ms)) answer_scan(h);
    if (is_due(&h->time_answer_ms)) dy_sensor_on_time(&h->sensor, epoch_ms(), host_now_ms());
    if (is_due(&h->dht_answer_ms)) answer_dht(h);
}

uint64_t host_next_answer_ms(const host *h)
{
    uint64_t wifi = h->wifi_answer_ms < h->scan_answer_ms ? h->wifi_answer_ms : h->scan_answer_ms;
    uint64_t rest = h->time_answer_ms < h->dht_answer_ms ? h->time_answer_ms : h->dht_answer_ms;
    return wifi < rest ? wifi : rest;
}
