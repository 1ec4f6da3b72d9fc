#ifndef DATAYOTI_PORT_H
#define DATAYOTI_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "log.h"

/**
 * What the sensor needs of the machine it runs on. Every function comes back at once; what takes time is answered later
 * through a `dy_sensor_on_*` call, which must come from the same task and never from within one of these functions.
 */

typedef struct {
    const char *host;
    uint16_t port;
    bool tls;
    /** PEM; NULL: none. */
    const char *ca;
    const char *client_id;
    const char *user;
    const char *password;
    uint16_t keepalive_s;
    const char *will_topic;
    /** QoS 1, retained. */
    const char *will_payload;
} dy_mqtt_setup;

typedef struct {
    bool has_rssi;
    /** dBm. */
    int rssi;
    /** Bytes. */
    uint32_t free_heap;
    uint32_t min_heap;
} dy_facts;

typedef struct {
    void *ctx;
    /** One line without its end; the port adds level, uptime and tag as ESP-IDF's log does. */
    void (*log)(void *ctx, dy_log_level level, const char *tag, const char *text);
    /** Any number; it seeds jitter and names the session. */
    uint32_t (*random)(void *ctx);
    void (*facts)(void *ctx, dy_facts *facts);
    /** The board's clock was set; epoch milliseconds. */
    void (*set_clock)(void *ctx, int64_t epoch_ms);

    /**
     * Joins once: `dy_sensor_on_wifi_up` or `_down` follows. A connection or an attempt before is given up without an
     * event: from now on only those of this attempt are told.
     */
    void (*wifi_join)(void *ctx, const char *ssid, const char *password);
    /** Gives up the connection or the attempt; no event follows. */
    void (*wifi_leave)(void *ctx);
    /** `dy_sensor_on_scan` follows. @returns false where no scan can be begun now */
    bool (*wifi_scan)(void *ctx);
    /** Asks the time server until it answers; `dy_sensor_on_time` follows each time. */
    void (*ntp_start)(void *ctx, const char *host);

    /** Connects once: `dy_sensor_on_mqtt_up` or `_down` follows. The setup's texts stay where they are until `mqtt_stop`. */
    void (*mqtt_connect)(void *ctx, const dy_mqtt_setup *setup);
    /** Gives up the connection or the attempt; no event follows. */
    void (*mqtt_stop)(void *ctx);
    bool (*mqtt_subscribe)(void *ctx, const char *topic);
    /** QoS 1. @returns the message's number, which `dy_sensor_on_acknowledged` names; negative where it was not taken */
    int32_t (*mqtt_publish)(void *ctx, const char *topic, const char *payload, size_t length, bool retained);

    /** Reads the element once: `dy_sensor_on_dht` follows. */
    void (*dht_read)(void *ctx, uint8_t gpio, uint8_t type);
    /** Towards the serial line, Improv packets. */
    void (*uart_write)(void *ctx, const uint8_t *bytes, size_t length);
    void (*led)(void *ctx, bool on);

    /** Stores a key of the configuration. @returns false where the store cannot be written */
    bool (*store_text)(void *ctx, const char *key, const char *text);
    bool (*store_u8)(void *ctx, const char *key, uint8_t value);
    /** Forgets the whole configuration. */
    bool (*store_erase)(void *ctx);
    /** Starts the board anew; comes back only on machines that do so later. */
    void (*restart)(void *ctx);
} dy_port;

#endif
