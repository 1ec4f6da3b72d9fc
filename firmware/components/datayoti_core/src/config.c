#include "datayoti/config.h"

#include <string.h>

#include "datayoti/improv.h"
#include "text_writer.h"
#include "utf8.h"

/** In the order of the table of keys, which is that of the application. */
enum {
    SCHEMA,
    WIFI_SSID,
    WIFI_PASS,
    MQTT_HOST,
    MQTT_PORT,
    MQTT_TLS,
    MQTT_CA,
    MQTT_USER,
    MQTT_PASS,
    SITE_REF,
    DEV_NAME,
    INTERVAL_S,
    DHT_GPIO,
    DHT_TYPE,
    T_OFF,
    H_OFF,
    NTP_HOST,
    HOSTNAME,
    KEYS
};

static const char *const names[KEYS] = {
    "schema",   "wifi_ssid", "wifi_pass",  "mqtt_host", "mqtt_port", "mqtt_tls",   "mqtt_ca",    "mqtt_user", "mqtt_pass",
    "site_ref", "dev_name",  "interval_s", "dht_gpio",  "dht_type",  "t_off_cdeg", "h_off_cpct", "ntp_host",
    "hostname",
};

const char *dy_config_key_name(unsigned index)
{
    return index < KEYS ? names[index] : NULL;
}

size_t dy_config_key_list(uint32_t keys, char *text, size_t size)
{
    dy_writer writer = dy_writer_on(text, size);
    for (unsigned i = 0; i < KEYS; i++) {
        if ((keys & UINT32_C(1) << i) == 0) continue;
        if (writer.length > 0) dy_write(&writer, ", ");
        dy_write(&writer, names[i]);
    }
    return writer.length;
}

void dy_config_defaults(dy_config *config)
{
    memset(config, 0, sizeof *config);
    config->mqtt_port = 1883;
    config->interval_s = 60;
    config->dht_gpio = 17;
    config->dht_type = 22;
    strcpy(config->ntp_host, "pool.ntp.org");
}

typedef struct {
    const dy_key_reader *reader;
    /** Bit n: the n-th key is bad; is there, whatever its value. */
    uint32_t bad, seen;
    bool failed;
} loading;

/** @returns whether there is a value of that type; a value of another type counts as bad, and so does a missing `needed` one */
static bool load(loading *l, unsigned key, dy_value_type type, void *out, size_t *size, bool needed)
{
    dy_read_result result = l->reader->read(l->reader->ctx, names[key], type, out, size);
    if (result == DY_READ_FAILED) l->failed = true;
    if (result != DY_READ_ABSENT) l->seen |= UINT32_C(1) << key;
    if (result == DY_READ_OK) return true;
    if (needed || result != DY_READ_ABSENT) l->bad |= UINT32_C(1) << key;
    return false;
}

static bool refuse(loading *l, unsigned key)
{
    l->bad |= UINT32_C(1) << key;
    return false;
}

/**
 * A text in a buffer that has its default already, which stays where the text is absent or bad.
 *
 * @returns whether a new text is there; its length is `*length`
 */
static bool load_text(loading *l, unsigned key, dy_value_type type, char *text, size_t size, bool needed, size_t *length)
{
    // One buffer for all, as large as the largest: a task's stack has no room for the certificate.
    static char loaded[DY_CA_SIZE];
    size_t room = size;
    if (!load(l, key, type, loaded, &room, needed)) return false;
    if (room > size) return refuse(l, key);
    const char *end = memchr(loaded, '\0', room);
    *length = end == NULL ? room : (size_t)(end - loaded);
    if (*length >= size) return refuse(l, key);
    memcpy(text, loaded, *length);
    text[*length] = '\0';
    return true;
}

static void load_line(loading *l, unsigned key, char *text, size_t size, bool needed)
{
    size_t length;
    if (!load_text(l, key, DY_TYPE_STR, text, size, needed, &length)) return;
    bool sound = dy_utf8_count(text, length) >= 0 && !dy_has_control_characters(text, length);
    if (sound && (length > 0 || !needed)) return;
    (void)refuse(l, key);
    text[0] = '\0';
}

static void load_host(loading *l, unsigned key, char *text, bool needed)
{
    size_t length;
    if (!load_text(l, key, DY_TYPE_STR, text, DY_HOST_SIZE, needed, &length)) return;
    // An empty name of a time server means: none.
    if (dy_valid_host(text, length) || (length == 0 && !needed)) return;
    (void)refuse(l, key);
    text[0] = '\0';
}

/** @returns whether network name and password can be used */
static bool load_wifi(loading *l, dy_config *config)
{
    size_t length;
    bool ssid = load_text(l, WIFI_SSID, DY_TYPE_STR, config->wifi_ssid, DY_SSID_SIZE, true, &length) &&
                (dy_valid_ssid(config->wifi_ssid, length) || refuse(l, WIFI_SSID));
    bool pass = !load_text(l, WIFI_PASS, DY_TYPE_STR, config->wifi_pass, DY_WIFI_PASS_SIZE, false, &length)
                    ? (l->bad & UINT32_C(1) << WIFI_PASS) == 0
                    : dy_valid_wifi_pass(config->wifi_pass, length) || refuse(l, WIFI_PASS);
    if (ssid && pass) return true;
    config->wifi_ssid[0] = config->wifi_pass[0] = '\0';
    return false;
}

static bool is_site(const char *text)
{
    for (; *text != '\0'; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        if (!letter && !(*text >= '0' && *text <= '9') && *text != '_' && *text != '-' && *text != '.') return false;
    }
    return true;
}

static void load_broker(loading *l, dy_config *config)
{
    size_t length, size = 1;
    uint8_t tls = 0;
    load_host(l, MQTT_HOST, config->mqtt_host, true);
    if (load(l, MQTT_TLS, DY_TYPE_U8, &tls, &size, false) && tls > 1) (void)refuse(l, MQTT_TLS);
    config->mqtt_tls = tls == 1;
    config->mqtt_port = config->mqtt_tls ? 8883 : 1883;
    uint16_t port;
    size = sizeof port;
    if (load(l, MQTT_PORT, DY_TYPE_U16, &port, &size, false)) {
        if (port == 0) (void)refuse(l, MQTT_PORT);
        else config->mqtt_port = port;
    }
    if (load_text(l, MQTT_CA, DY_TYPE_BLOB, config->mqtt_ca, DY_CA_SIZE, false, &length) &&
        strncmp(config->mqtt_ca, "-----BEGIN CERTIFICATE-----", 27) != 0) {
        (void)refuse(l, MQTT_CA);
        config->mqtt_ca[0] = '\0';
    }
    load_line(l, MQTT_USER, config->mqtt_user, DY_MQTT_USER_SIZE, true);
    if (load_text(l, MQTT_PASS, DY_TYPE_STR, config->mqtt_pass, DY_MQTT_PASS_SIZE, true, &length) && length == 0)
        (void)refuse(l, MQTT_PASS);
}

static void load_measuring(loading *l, dy_config *config)
{
    uint32_t interval;
    uint8_t byte;
    size_t size = sizeof interval;
    if (load(l, INTERVAL_S, DY_TYPE_U32, &interval, &size, false)) {
        if (interval < DY_INTERVAL_MIN_S || interval > DY_INTERVAL_MAX_S) (void)refuse(l, INTERVAL_S);
        else config->interval_s = interval;
    }
    size = 1;
    if (load(l, DHT_GPIO, DY_TYPE_U8, &byte, &size, false)) {
        if (byte > 48) (void)refuse(l, DHT_GPIO);
        else config->dht_gpio = byte;
    }
    size = 1;
    if (load(l, DHT_TYPE, DY_TYPE_U8, &byte, &size, false)) {
        if (byte != 11 && byte != 22) (void)refuse(l, DHT_TYPE);
        else config->dht_type = byte;
    }
    size = sizeof config->t_off_cdeg;
    (void)load(l, T_OFF, DY_TYPE_I16, &config->t_off_cdeg, &size, false);
    size = sizeof config->h_off_cpct;
    (void)load(l, H_OFF, DY_TYPE_I16, &config->h_off_cpct, &size, false);
}

/** Without it, or with a bad one, the board has the name that it makes of its MAC. */
static void load_hostname(loading *l, dy_config *config)
{
    size_t length;
    bool loaded = load_text(l, HOSTNAME, DY_TYPE_STR, config->hostname, DY_HOSTNAME_SIZE, false, &length);
    if (loaded && !dy_valid_hostname(config->hostname, length)) config->hostname[0] = '\0';
    l->bad &= ~(UINT32_C(1) << HOSTNAME);
}

/** @returns the layout's number; 0 where there is none */
static uint8_t load_schema(loading *l)
{
    uint8_t schema = 0;
    size_t size = 1;
    if (load(l, SCHEMA, DY_TYPE_U8, &schema, &size, true) && schema == 0) (void)refuse(l, SCHEMA);
    return schema;
}

dy_config_report dy_config_load(dy_config *config, const dy_key_reader *reader)
{
    loading l = {.reader = reader, .bad = 0, .seen = 0, .failed = false};
    dy_config_report report = {.outcome = DY_CONFIG_OK, .schema = 0, .bad_keys = 0, .has_wifi = false};
    dy_config_defaults(config);
    report.schema = load_schema(&l);
    if (report.schema > DY_CONFIG_SCHEMA) {
        report.outcome = DY_CONFIG_NEWER_SCHEMA;
        return report;
    }
    report.has_wifi = load_wifi(&l, config);
    load_broker(&l, config);
    load_line(&l, SITE_REF, config->site_ref, DY_SITE_SIZE, true);
    if (!is_site(config->site_ref)) (void)refuse(&l, SITE_REF);
    load_line(&l, DEV_NAME, config->dev_name, DY_NAME_SIZE, false);
    load_measuring(&l, config);
    load_host(&l, NTP_HOST, config->ntp_host, false);
    load_hostname(&l, config);
    report.bad_keys = l.bad;
    if (l.failed) report.outcome = DY_CONFIG_UNREADABLE;
    else if (l.seen == 0) report.outcome = DY_CONFIG_ABSENT;
    else if (l.bad != 0) report.outcome = DY_CONFIG_INCOMPLETE;
    return report;
}

static const uint32_t wifi_keys = UINT32_C(1) << WIFI_SSID | UINT32_C(1) << WIFI_PASS;

bool dy_config_has_broker(const dy_config_report *report)
{
    bool readable = report->outcome == DY_CONFIG_OK || report->outcome == DY_CONFIG_INCOMPLETE;
    return readable && (report->bad_keys & ~wifi_keys) == 0;
}

void dy_config_wifi_given(dy_config_report *report)
{
    report->has_wifi = true;
    report->bad_keys &= ~(wifi_keys | UINT32_C(1) << SCHEMA);
    if (report->schema == 0) report->schema = DY_CONFIG_SCHEMA;
    report->outcome = report->bad_keys == 0 ? DY_CONFIG_OK : DY_CONFIG_INCOMPLETE;
}
