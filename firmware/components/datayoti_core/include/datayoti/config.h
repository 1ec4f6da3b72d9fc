#ifndef DATAYOTI_CONFIG_H
#define DATAYOTI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

/** The configuration of one sensor: NVS namespace `datayoti`, whose keys are at most 15 characters. */

#define DY_NVS_NAMESPACE "datayoti"
/** The layout that this firmware knows (key `schema`). */
#define DY_CONFIG_SCHEMA 1

typedef struct {
    char wifi_ssid[DY_SSID_SIZE];
    /** Empty: an open network. */
    char wifi_pass[DY_WIFI_PASS_SIZE];
    char mqtt_host[DY_HOST_SIZE];
    uint16_t mqtt_port;
    bool mqtt_tls;
    /** PEM, NUL-terminated; empty: none. */
    char mqtt_ca[DY_CA_SIZE];
    char mqtt_user[DY_MQTT_USER_SIZE];
    char mqtt_pass[DY_MQTT_PASS_SIZE];
    char site_ref[DY_SITE_SIZE];
    char dev_name[DY_NAME_SIZE];
    /** Seconds between two readings. */
    uint32_t interval_s;
    uint8_t dht_gpio;
    /** 11 or 22. */
    uint8_t dht_type;
    /** Added to what the element says: hundredths of °C and of % relative humidity. */
    int16_t t_off_cdeg;
    int16_t h_off_cpct;
    /** Empty: no time server. */
    char ntp_host[DY_HOST_SIZE];
    /** Name on the network, set by Improv (key `hostname`, of the firmware alone); empty: `datayoti-` and the MAC's end. */
    char hostname[DY_HOSTNAME_SIZE];
} dy_config;

typedef enum { DY_TYPE_U8, DY_TYPE_U16, DY_TYPE_U32, DY_TYPE_I16, DY_TYPE_STR, DY_TYPE_BLOB } dy_value_type;

typedef enum {
    DY_READ_OK,
    DY_READ_ABSENT,
    DY_READ_WRONG_TYPE,
    DY_READ_TOO_LONG,
    /** The store itself cannot be read. */
    DY_READ_FAILED,
} dy_read_result;

/** Where keys are read from: `nvs_get_*` on the chip, a partition image on a computer. */
typedef struct {
    void *ctx;
    /**
     * @param out the integer of that type, or the bytes: of a string with its NUL
     * @param size in: room at `out`; out: bytes written there
     */
    dy_read_result (*read)(void *ctx, const char *key, dy_value_type type, void *out, size_t *size);
} dy_key_reader;

typedef enum {
    DY_CONFIG_OK,
    /** None of the keys is there, or the store has no such namespace. */
    DY_CONFIG_ABSENT,
    /** Keys are missing, of another type, or have a value that cannot be; `dy_config_load` says which. */
    DY_CONFIG_INCOMPLETE,
    /** Written for a newer firmware: nothing of it is used. */
    DY_CONFIG_NEWER_SCHEMA,
    DY_CONFIG_UNREADABLE,
} dy_config_outcome;

typedef struct {
    dy_config_outcome outcome;
    /** The layout that was found; 0 where there is none. */
    uint8_t schema;
    /** Bit n: the n-th key (`dy_config_key_name`) is missing or bad. */
    uint32_t bad_keys;
    /** Whether network name and password can be used, whatever else is missing. */
    bool has_wifi;
} dy_config_report;

/**
 * Reads and checks every key. What is absent and has a default gets it. `config` is whole after `DY_CONFIG_OK`; otherwise
 * its Wi-Fi fields are those of the store where `has_wifi` says so, and the defaults stand for everything else that is bad.
 */
dy_config_report dy_config_load(dy_config *config, const dy_key_reader *reader);

/** Sets every default (DOMAIN: port 1883, interval 60 s, GPIO 17, DHT22, `pool.ntp.org`), all texts empty. */
void dy_config_defaults(dy_config *config);

/** Name of the n-th key; NULL behind the last one. Index 0 is `schema`. */
const char *dy_config_key_name(unsigned index);

/**
 * The names of the keys of a bit set, with ", " between them.
 *
 * @returns the length; cut to `size`, always NUL-terminated
 */
size_t dy_config_key_list(uint32_t keys, char *text, size_t size);

/** Whether everything that the way to the broker needs is there, but for the Wi-Fi network. */
bool dy_config_has_broker(const dy_config_report *report);

/** The network was given otherwise (Improv) and stored with the layout's number: what the report says now. */
void dy_config_wifi_given(dy_config_report *report);

/** 1 to 32 bytes. */
bool dy_valid_ssid(const char *text, size_t length);
/** Empty, or 8 to 63 bytes. */
bool dy_valid_wifi_pass(const char *text, size_t length);
/** IPv4 address, DNS name, or `name.local`. */
bool dy_valid_host(const char *text, size_t length);

#endif
