#ifndef DATAYOTI_PAYLOAD_H
#define DATAYOTI_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

/** Topics and JSON payloads (DOMAIN section 1). Every function gives the length, or -1 where `size` is too small. */

#define DY_TIME_TOPIC "datayoti/time"

typedef enum { DY_CHANNEL_DATA, DY_CHANNEL_HEARTBEAT, DY_CHANNEL_STATUS, DY_CHANNEL_CMD } dy_channel;

/** `datayoti/sensor/{MAC}/data` and so on. */
int dy_topic(char *text, size_t size, const char *mac, dy_channel channel);

/** `ESP32Client-{MAC}-{n}` */
int dy_client_id(char *text, size_t size, const char *mac, unsigned n);

/** "1C:69:20:E9:18:24" of six bytes. */
void dy_mac_format(const uint8_t bytes[6], char text[DY_MAC_SIZE]);

/**
 * @param epoch_ms UTC; has to be a time that can be, -1 otherwise
 * @param temperature_c hundredths of °C
 * @param humidity_c hundredths of % relative humidity
 */
int dy_payload_data(char *text, size_t size, const char *mac, int64_t epoch_ms, int32_t temperature_c,
                    int32_t humidity_c);

/** @param epoch_ms 0: the clock is not set, and the time stamp is left out */
int dy_payload_status(char *text, size_t size, const char *mac, int64_t epoch_ms, bool online);

typedef struct {
    const char *mac;
    const char *site_ref;
    /** 0: the clock is not set; the time stamp is left out and `ntp_sync` is false. */
    int64_t epoch_ms;
    bool has_rssi;
    /** dBm. */
    int rssi;
    /** Bytes. */
    uint32_t free_heap;
    uint32_t min_heap;
    /** Seconds since start. */
    uint64_t uptime_s;
    /** NULL or empty: left out. */
    const char *fw;
    const char *chip;
    const char *ip;
    const char *reset_reason;
    /** Readings that wait to be sent. */
    uint32_t queued;
} dy_heartbeat;

/**
 * The published fields in the published order, then those that are ours: `fw`, `chip`, `ip`, `reset_reason`, `queued`.
 */
int dy_payload_heartbeat(char *text, size_t size, const dy_heartbeat *heartbeat);

/** A number of hundredths as JSON has it, without useless zeros: 2250 is `22.5`, -5 is `-0.05`, 300 is `3`. */
int dy_format_hundredths(char *text, size_t size, int32_t hundredths);

#endif
