#ifndef DATAYOTI_LIMITS_H
#define DATAYOTI_LIMITS_H

/**
 * Sizes of all buffers in bytes, a final NUL included, and the core's constants with their units. The lengths are those
 * that the application lets through when it writes a configuration (src/shared/domain/device-configuration.ts).
 */

#define DY_MAC_SIZE 18 /* "1C:69:20:E9:18:24" */
#define DY_SSID_SIZE 33
#define DY_WIFI_PASS_SIZE 64
#define DY_HOST_SIZE 254
#define DY_CA_SIZE 8001
#define DY_MQTT_USER_SIZE 65
#define DY_MQTT_PASS_SIZE 129
#define DY_SITE_SIZE 51
/** 60 characters of up to 4 bytes. */
#define DY_NAME_SIZE 241
#define DY_CLIENT_ID_SIZE 40
/** One label of a name on the network. */
#define DY_HOSTNAME_SIZE 64

#define DY_TIMESTAMP_SIZE 25 /* "2025-11-03T14:30:25.000Z" */
#define DY_TOPIC_SIZE 64
/** Room for the longest payload, with a site reference in which every byte has to be escaped. */
#define DY_PAYLOAD_SIZE 768
#define DY_LOG_SIZE 400
/** Longest message of `cmd` and `datayoti/time` that is looked at. */
#define DY_MESSAGE_SIZE 256

/** Below it (dBm) no connection is begun; above the second it is usable again (published firmware's rule). */
#define DY_RSSI_UNUSABLE (-85)
#define DY_RSSI_RECOVERED (-75)
/** Free heap, bytes. */
#define DY_HEAP_LOW 50000
#define DY_HEAP_CRITICAL 20000
/** MQTT keep-alive, seconds. */
#define DY_KEEPALIVE_S 90

#define DY_INTERVAL_MIN_S 5
#define DY_INTERVAL_MAX_S 86400

/** Readings that wait in memory before they are written to flash. */
#define DY_RAM_READINGS 16
/** Readings that one sector of the log partition (4096 bytes) holds. */
#define DY_READINGS_PER_SECTOR 127
#define DY_SECTOR_SIZE 4096
/** Access points that one scan reports. */
#define DY_SCAN_SIZE 20

#endif
