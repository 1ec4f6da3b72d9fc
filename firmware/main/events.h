#ifndef DATAYOTI_EVENTS_H
#define DATAYOTI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datayoti/connection.h"
#include "datayoti/limits.h"

/**
 * What happens on the board, in the order in which it happened. Drivers and ESP-IDF's own tasks only put it into this
 * queue; one task takes it out and is the only one that touches the sensor.
 */

#define SERIAL_CHUNK_SIZE 64

typedef enum {
    EVENT_WIFI_ASSOCIATED,
    EVENT_WIFI_DISCONNECTED,
    EVENT_WIFI_ADDRESS,
    EVENT_WIFI_ADDRESS_LOST,
    EVENT_WIFI_SCANNED,
    /** The driver refused to begin: stands for the event that it will not send. */
    EVENT_WIFI_REFUSED,
    EVENT_TIME,
    EVENT_MQTT_UP,
    EVENT_MQTT_DOWN,
    EVENT_MQTT_ACKNOWLEDGED,
    EVENT_MQTT_MESSAGE,
    EVENT_DHT,
    EVENT_SERIAL,
    EVENT_BUTTON,
} app_event_kind;

typedef struct {
    app_event_kind kind;
    union {
        /** Of WIFI_DISCONNECTED: `wifi_err_reason_t`. */
        uint8_t reason;
        /** Of WIFI_ADDRESS. */
        char ip[16];
        /** Of WIFI_SCANNED. */
        bool scan_succeeded;
        struct {
            int64_t epoch_ms;
            /** Monotonic time at which that was true. */
            uint64_t at_ms;
        } time;
        struct {
            /** Which connection it belongs to; what an earlier one says is of no interest any more. */
            uint32_t connection;
            dy_mqtt_failure failure;
            int32_t message;
        } mqtt;
        struct {
            uint32_t connection;
            uint16_t topic_length;
            uint16_t length;
            char topic[DY_TOPIC_SIZE];
            char payload[DY_MESSAGE_SIZE];
        } message;
        /** Of DHT: how many pulses `dht_reader_pulses` has. */
        size_t pulses;
        struct {
            uint8_t length;
            uint8_t bytes[SERIAL_CHUNK_SIZE];
        } serial;
        bool pressed;
    };
} app_event;

void events_init(void);

/** For what must not get lost. Waits a moment for room; from tasks only. */
void events_post(const app_event *event);

/** For what comes in any number. @returns false, at once, where the queue has no room to spare */
bool events_offer(const app_event *event);

/** @returns false where nothing happened within `wait_ms` */
bool events_wait(app_event *event, uint32_t wait_ms);

/** Milliseconds since the start. */
uint64_t monotonic_ms(void);

#endif
