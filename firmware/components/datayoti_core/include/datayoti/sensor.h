#ifndef DATAYOTI_SENSOR_H
#define DATAYOTI_SENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "config.h"
#include "connection.h"
#include "dht.h"
#include "health.h"
#include "improv.h"
#include "led.h"
#include "payload.h"
#include "port.h"
#include "queue.h"
#include "timestamp.h"

/**
 * The whole sensor, whatever it runs on: measures, queues, connects, publishes, obeys commands, answers Improv. It is fed
 * with what happens and with monotonic time, and acts through `dy_port`. One task calls it; it keeps no heap memory.
 *
 * The port's loop: call `dy_sensor_step`, wait until the time that it gives or until something happens, tell what
 * happened, and begin anew.
 */

typedef struct {
    /** Upper-case, with colons; see `dy_mac_format`. */
    char mac[DY_MAC_SIZE];
    const char *version;
    /** `ESP32`, `ESP32-C3`, `host`. */
    const char *chip;
    dy_reset_reason reset_reason;
} dy_identity;

typedef struct {
    char ssid[DY_SSID_SIZE];
    /** dBm. */
    int rssi;
    bool secured;
} dy_network;

/** One measurement under way. */
typedef struct {
    bool reading;
    /** When the element was last asked, and whether it ever was. */
    bool asked_ever;
    uint64_t asked_at_ms;
    uint64_t due_ms;
    /** Beginning of the current interval. */
    uint64_t slot_ms;
    unsigned attempts;
    /** Measurements in a row that failed for good. */
    uint32_t failures;
} dy_measuring;

/** One reading under way to the broker. */
typedef struct {
    bool waiting;
    int32_t message;
    uint64_t ticket;
    uint64_t give_up_ms;
} dy_sending;

typedef struct {
    dy_improv_parser parser;
    /** A network was given by command 1 and is being tried. */
    bool trying;
    bool scanning;
    uint64_t give_up_ms;
    char ssid[DY_SSID_SIZE];
    char pass[DY_WIFI_PASS_SIZE];
} dy_improv_server;

typedef struct {
    dy_port port;
    dy_identity identity;
    /** The caller's; read while the sensor lives, changed by Improv. */
    dy_config *config;
    dy_config_report report;
    dy_conn conn;
    dy_clock clock;
    dy_queue queue;
    dy_health health;
    dy_measuring measuring;
    dy_sending sending;
    dy_improv_server improv;
    uint32_t session;
    uint64_t started_ms;
    /** Monotonic times of what comes next; UINT64_MAX: not planned. */
    uint64_t heartbeat_ms, signal_ms, complaint_ms, remind_ms, restart_ms, forget_ms;
    /** Losses of the queue that the log already knows. */
    uint32_t drops_told;
    dy_heap_state heap;
    /** `blink` until then. */
    uint64_t find_me_ms;
    dy_led_code led_code;
    uint64_t led_since_ms;
    bool led_on, led_known;
    char ip[16];
    /** Texts of the connection under way, as the port was given them. */
    char client_id[DY_CLIENT_ID_SIZE];
    char will_topic[DY_TOPIC_SIZE];
    char will_payload[DY_PAYLOAD_SIZE];
} dy_sensor;

/**
 * Begins: says hello, looks at the configuration, and joins the network where there is one. Without a usable
 * configuration it says so (once a minute), shows it by the LED, and waits for Improv; it never restarts for that.
 *
 * @param config filled by `dy_config_load`, whose report this is; both port and flash are copied
 * @param flash the log partition; NULL: none
 * @param now_ms monotonic
 */
void dy_sensor_start(dy_sensor *sensor, const dy_port *port, const dy_identity *identity, dy_config *config,
                     const dy_config_report *report, const dy_flash *flash, uint64_t now_ms);

/**
 * Does what is due.
 *
 * @returns the monotonic time at which to call again, later than `now_ms`; earlier calls do no harm
 */
uint64_t dy_sensor_step(dy_sensor *sensor, uint64_t now_ms);

/** @param ip IPv4 address as text */
void dy_sensor_on_wifi_up(dy_sensor *sensor, int rssi, const char *ip, uint64_t now_ms);
void dy_sensor_on_wifi_down(dy_sensor *sensor, dy_wifi_failure failure, uint64_t now_ms);
/** @param networks at most `DY_SCAN_SIZE` are told */
void dy_sensor_on_scan(dy_sensor *sensor, const dy_network *networks, size_t count, uint64_t now_ms);
/** An NTP server answered. @param epoch_ms UTC at `now_ms` */
void dy_sensor_on_time(dy_sensor *sensor, int64_t epoch_ms, uint64_t now_ms);
void dy_sensor_on_mqtt_up(dy_sensor *sensor, uint64_t now_ms);
void dy_sensor_on_mqtt_down(dy_sensor *sensor, dy_mqtt_failure failure, uint64_t now_ms);
/** The broker has acknowledged a message (PUBACK). */
void dy_sensor_on_acknowledged(dy_sensor *sensor, int32_t message, uint64_t now_ms);
/** A whole message of a topic that was subscribed to; texts need no NUL. */
void dy_sensor_on_message(dy_sensor *sensor, const char *topic, size_t topic_length, const char *payload,
                          size_t length, uint64_t now_ms);
/** @param count 0: the line did not move */
void dy_sensor_on_dht(dy_sensor *sensor, const dy_pulse *pulses, size_t count, uint64_t now_ms);
/** Bytes of the serial line. */
void dy_sensor_on_uart(dy_sensor *sensor, const uint8_t *bytes, size_t length, uint64_t now_ms);
/** BOOT is pressed or let go; held for 10 s it erases the configuration and restarts. */
void dy_sensor_on_button(dy_sensor *sensor, bool pressed, uint64_t now_ms);

bool dy_sensor_is_online(const dy_sensor *sensor);

#endif
