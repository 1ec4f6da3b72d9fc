#ifndef DATAYOTI_IMPROV_H
#define DATAYOTI_IMPROV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

/**
 * Improv Wi-Fi over serial (improv-wifi.com/serial), the device's side: packets of `IMPROV`, version 1, type, length,
 * data, and the sum of all these modulo 256, between ordinary log lines.
 */

#define DY_IMPROV_DATA_MAX 255
#define DY_IMPROV_PACKET_MAX (9 + DY_IMPROV_DATA_MAX + 1)

typedef enum {
    DY_IMPROV_STATE = 1,
    DY_IMPROV_ERROR = 2,
    DY_IMPROV_COMMAND = 3,
    DY_IMPROV_RESULT = 4,
} dy_improv_type;

typedef enum {
    DY_IMPROV_READY = 2,
    DY_IMPROV_PROVISIONING = 3,
    DY_IMPROV_PROVISIONED = 4,
} dy_improv_state;

typedef enum {
    DY_IMPROV_OK = 0,
    DY_IMPROV_INVALID_PACKET = 1,
    DY_IMPROV_UNKNOWN_COMMAND = 2,
    DY_IMPROV_UNABLE_TO_CONNECT = 3,
    DY_IMPROV_BAD_HOSTNAME = 5,
    DY_IMPROV_UNKNOWN = 0xff,
} dy_improv_error;

typedef enum {
    DY_IMPROV_CMD_WIFI = 1,
    DY_IMPROV_CMD_STATE = 2,
    DY_IMPROV_CMD_INFO = 3,
    DY_IMPROV_CMD_SCAN = 4,
    DY_IMPROV_CMD_HOSTNAME = 5,
    DY_IMPROV_CMD_NAME = 6,
    DY_IMPROV_CMD_NETWORK = 7,
} dy_improv_command_id;

typedef struct {
    uint8_t type;
    uint8_t length;
    uint8_t data[DY_IMPROV_DATA_MAX];
} dy_improv_packet;

/** Finds packets among any bytes; a packet that is cut off gives way to the next one. */
typedef struct {
    uint16_t filled;
    uint8_t bytes[DY_IMPROV_PACKET_MAX];
} dy_improv_parser;

typedef enum { DY_IMPROV_NOTHING, DY_IMPROV_PACKET, DY_IMPROV_BAD_CHECKSUM } dy_improv_found;

void dy_improv_parser_init(dy_improv_parser *parser);

/** @param packet whole after `DY_IMPROV_PACKET` */
dy_improv_found dy_improv_push(dy_improv_parser *parser, uint8_t byte, dy_improv_packet *packet);

/**
 * @param out room for `DY_IMPROV_PACKET_MAX + 1` bytes
 * @returns bytes written, the line feed that follows a packet included
 */
size_t dy_improv_encode(uint8_t type, const uint8_t *data, uint8_t length, uint8_t *out);

/**
 * Result of a command: `[command][length]([length][text])*`.
 *
 * @returns bytes written; 0 where the texts do not fit a packet
 */
size_t dy_improv_encode_result(uint8_t command, const char *const *texts, size_t count, uint8_t *out);

typedef struct {
    uint8_t command;
    uint8_t length;
    /** Within the packet. */
    const uint8_t *body;
} dy_improv_call;

/** @returns false where the packet's lengths do not add up */
bool dy_improv_parse_call(const dy_improv_packet *packet, dy_improv_call *call);

/**
 * Network name and password of command 1, both NUL-terminated.
 *
 * @returns false where a length is none that Wi-Fi allows, or a NUL is among the bytes
 */
bool dy_improv_parse_wifi(const dy_improv_call *call, char ssid[DY_SSID_SIZE], char pass[DY_WIFI_PASS_SIZE]);

/** One label of RFC 1123: letters, digits, hyphens within; at most 63. */
bool dy_valid_hostname(const char *text, size_t length);

#endif
