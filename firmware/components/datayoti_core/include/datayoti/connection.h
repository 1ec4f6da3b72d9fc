#ifndef DATAYOTI_CONNECTION_H
#define DATAYOTI_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The way to the broker: Wi-Fi, then MQTT, each tried for ever with a pause that doubles (with jitter) up to a minute, or
 * up to five where a password is wrong. Below -85 dBm no attempt at the broker is begun until the signal is above -75 dBm,
 * or has been above -85 dBm for five minutes. It never restarts the board. No input, no output, no clock of its own.
 */

typedef enum {
    /** No network to join. */
    DY_CONN_IDLE,
    DY_CONN_WIFI_JOINING,
    DY_CONN_WIFI_PAUSE,
    /** On the network, no broker to connect to. */
    DY_CONN_WIFI_ONLY,
    /** On the network, the signal is too weak. */
    DY_CONN_WEAK,
    DY_CONN_MQTT_CONNECTING,
    DY_CONN_MQTT_PAUSE,
    DY_CONN_ONLINE,
} dy_conn_state;

typedef enum {
    DY_WIFI_LOST,
    DY_WIFI_NO_NETWORK,
    DY_WIFI_WRONG_PASSWORD,
    /** Joined, but no address came. */
    DY_WIFI_NO_ADDRESS,
    DY_WIFI_TIMEOUT,
    DY_WIFI_OTHER,
} dy_wifi_failure;

typedef enum {
    DY_MQTT_LOST,
    DY_MQTT_UNREACHABLE,
    /** CONNACK 4 or, with a login that the broker does not know, 5. */
    DY_MQTT_REFUSED_LOGIN,
    DY_MQTT_REFUSED_RIGHTS,
    /** The certificate is not one of the configured authority. */
    DY_MQTT_TLS,
    DY_MQTT_TIMEOUT,
    DY_MQTT_OTHER,
} dy_mqtt_failure;

typedef enum {
    /** Time has passed. */
    DY_CONN_TICK,
    /** There is a network to join (anew). */
    DY_CONN_START,
    DY_CONN_WIFI_UP,
    DY_CONN_WIFI_DOWN,
    DY_CONN_SIGNAL,
    DY_CONN_MQTT_UP,
    DY_CONN_MQTT_DOWN,
} dy_conn_event_kind;

typedef struct {
    dy_conn_event_kind kind;
    /** dBm, of `WIFI_UP` and `SIGNAL`. */
    int rssi;
    /** Of `WIFI_DOWN`. */
    dy_wifi_failure wifi;
    /** Of `MQTT_DOWN`. */
    dy_mqtt_failure mqtt;
} dy_conn_event;

/** What is to be done now, a set of bits, in the order of their values. */
typedef enum {
    DY_DO_MQTT_STOP = 1 << 0,
    DY_DO_WIFI_LEAVE = 1 << 1,
    DY_DO_WIFI_JOIN = 1 << 2,
    DY_DO_NTP_START = 1 << 3,
    DY_DO_MQTT_CONNECT = 1 << 4,
    /** The signal became too weak, or usable again: to be told. */
    DY_DO_TELL_WEAK = 1 << 5,
    DY_DO_TELL_RECOVERED = 1 << 6,
    /** An attempt took too long and was given up. */
    DY_DO_TELL_WIFI_TIMEOUT = 1 << 7,
    DY_DO_TELL_MQTT_TIMEOUT = 1 << 8,
} dy_conn_action;

typedef struct {
    dy_conn_state state;
    /** Whether a broker is configured. */
    bool has_broker;
    /** Failed attempts in a row. */
    uint32_t wifi_failures;
    uint32_t mqtt_failures;
    /** Monotonic ms at which the state ends by itself; UINT64_MAX: never. */
    uint64_t deadline_ms;
    int rssi;
    bool weak;
    /** Since when the signal is above the lower limit while `weak`; UINT64_MAX: it is not. */
    uint64_t usable_since_ms;
    /** State of the jitter's generator. */
    uint32_t random;
} dy_conn;

/** @param seed any; two boards with different ones do not come back at the same moment */
void dy_conn_init(dy_conn *conn, bool has_broker, uint32_t seed);

/**
 * @param now_ms monotonic; never smaller than before
 * @returns bits of `dy_conn_action`
 */
unsigned dy_conn_step(dy_conn *conn, const dy_conn_event *event, uint64_t now_ms);

/** The pause before the next attempt, milliseconds: base doubled `failures - 1` times up to `most`, and 25 % around it. */
uint32_t dy_backoff_ms(uint32_t base_ms, uint32_t most_ms, uint32_t failures, uint32_t *random);

/** "excellent" over -50 dBm, "good" over -60, "fair" over -70, else "weak". */
const char *dy_signal_name(int rssi);

#endif
