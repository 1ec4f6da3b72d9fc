#include <string.h>

#include "sensor_parts.h"
#include "text_writer.h"
#include "utf8.h"

#define SCAN_LIMIT_MS 15000u

static void send(dy_sensor *sensor, const uint8_t *bytes, size_t length)
{
    if (length > 0) sensor->port.uart_write(sensor->port.ctx, bytes, length);
}

static void tell(dy_sensor *sensor, uint8_t type, uint8_t value)
{
    uint8_t packet[DY_IMPROV_PACKET_MAX + 1];
    send(sensor, packet, dy_improv_encode(type, &value, 1, packet));
}

static void answer(dy_sensor *sensor, uint8_t command, const char *const *texts, size_t count)
{
    uint8_t packet[DY_IMPROV_PACKET_MAX + 1];
    send(sensor, packet, dy_improv_encode_result(command, texts, count, packet));
}

static dy_improv_state state_of(const dy_sensor *sensor)
{
    if (sensor->improv.trying) return DY_IMPROV_PROVISIONING;
    return dy_on_network(sensor) ? DY_IMPROV_PROVISIONED : DY_IMPROV_READY;
}

void dy_improv_tell_state(dy_sensor *sensor)
{
    tell(sensor, DY_IMPROV_STATE, (uint8_t)state_of(sensor));
}

/** The MAC's last two bytes, lower-case without colon. */
static void write_mac_end(dy_writer *writer, const char *mac)
{
    size_t length = strlen(mac);
    for (size_t i = length > 5 ? length - 5 : 0; i < length; i++) {
        char c = mac[i] >= 'A' && mac[i] <= 'F' ? (char)(mac[i] - 'A' + 'a') : mac[i];
        if (c != ':') dy_write_bytes(writer, &c, 1);
    }
}

static void default_name(const dy_sensor *sensor, const char *before, char *text, size_t size)
{
    dy_writer writer = dy_writer_on(text, size);
    dy_write(&writer, before);
    write_mac_end(&writer, sensor->identity.mac);
}

static void tell_hostname(dy_sensor *sensor)
{
    char made[DY_HOSTNAME_SIZE];
    default_name(sensor, "datayoti-", made, sizeof made);
    answer(sensor, DY_IMPROV_CMD_HOSTNAME,
           (const char *[]){sensor->config->hostname[0] == '\0' ? made : sensor->config->hostname}, 1);
}

static void tell_name(dy_sensor *sensor, bool with_firmware)
{
    char made[DY_HOSTNAME_SIZE];
    default_name(sensor, "DataYoti ", made, sizeof made);
    const char *name = sensor->config->dev_name[0] == '\0' ? made : sensor->config->dev_name;
    const char *all[] = {DY_FIRMWARE_NAME, sensor->identity.version, sensor->identity.chip, name};
    if (!with_firmware) {
        answer(sensor, DY_IMPROV_CMD_NAME, &name, 1);
        return;
    }
    size_t total = 0;
    for (size_t i = 0; i < 4; i++) total += strlen(all[i]) + 1;
    // The longest names leave no room beside the firmware's: then the short one stands.
    if (total > DY_IMPROV_DATA_MAX - 2) all[3] = made;
    answer(sensor, DY_IMPROV_CMD_INFO, all, 4);
}

static void refuse(dy_sensor *sensor, dy_improv_error error)
{
    tell(sensor, DY_IMPROV_ERROR, (uint8_t)error);
}

/** @returns false, having said so, where it cannot be stored */
static bool store(dy_sensor *sensor, const char *key, const char *text)
{
    if (sensor->port.store_text(sensor->port.ctx, key, text)) return true;
    dy_say(sensor, DY_LOG_NOT_STORED);
    return false;
}

static void on_hostname(dy_sensor *sensor, const dy_improv_call *call)
{
    char name[DY_HOSTNAME_SIZE];
    memcpy(name, call->body, call->length < sizeof name ? call->length : 0);
    name[call->length < sizeof name ? call->length : 0] = '\0';
    if (call->length > 0) {
        if (!store(sensor, "hostname", name)) {
            refuse(sensor, DY_IMPROV_UNKNOWN);
            return;
        }
        strcpy(sensor->config->hostname, name);
    }
    tell_hostname(sensor);
}

static void on_name(dy_sensor *sensor, const dy_improv_call *call)
{
    char name[DY_NAME_SIZE];
    const char *body = (const char *)call->body;
    bool sound = call->length < sizeof name && dy_utf8_count(body, call->length) >= 0 &&
                 !dy_has_control_characters(body, call->length);
    if (!sound) {
        refuse(sensor, DY_IMPROV_INVALID_PACKET);
        return;
    }
    if (call->length > 0) {
        memcpy(name, body, call->length);
        name[call->length] = '\0';
        if (!store(sensor, "dev_name", name)) {
            refuse(sensor, DY_IMPROV_UNKNOWN);
            return;
        }
        strcpy(sensor->config->dev_name, name);
    }
    tell_name(sensor, false);
}

static void on_wifi(dy_sensor *sensor, const dy_improv_call *call, uint64_t now_ms)
{
    dy_improv_server *improv = &sensor->improv;
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
    if (!dy_improv_parse_wifi(call, ssid, pass)) {
        refuse(sensor, DY_IMPROV_INVALID_PACKET);
        return;
    }
    // A layout that a newer firmware wrote is not ours to change.
    if (sensor->report.outcome == DY_CONFIG_NEWER_SCHEMA || sensor->report.outcome == DY_CONFIG_UNREADABLE) {
        refuse(sensor, DY_IMPROV_UNABLE_TO_CONNECT);
        return;
    }
    memcpy(improv->ssid, ssid, sizeof ssid);
    memcpy(improv->pass, pass, sizeof pass);
    improv->trying = true;
    dy_improv_tell_state(sensor);
    dy_connect_begin(sensor, now_ms);
}

void dy_improv_joined(dy_sensor *sensor)
{
    dy_improv_server *improv = &sensor->improv;
    const dy_port *port = &sensor->port;
    improv->trying = false;
    bool stored = store(sensor, "wifi_ssid", improv->ssid) && store(sensor, "wifi_pass", improv->pass) &&
                  (sensor->report.schema != 0 || port->store_u8(port->ctx, "schema", DY_CONFIG_SCHEMA));
    memcpy(sensor->config->wifi_ssid, improv->ssid, sizeof improv->ssid);
    memcpy(sensor->config->wifi_pass, improv->pass, sizeof improv->pass);
    memset(improv->pass, 0, sizeof improv->pass);
    dy_config_wifi_given(&sensor->report);
    sensor->conn.has_broker = dy_config_has_broker(&sensor->report);
    if (stored) dy_say(sensor, DY_LOG_WIFI_STORED, improv->ssid);
    dy_tell_configuration(sensor);
    tell(sensor, DY_IMPROV_STATE, DY_IMPROV_PROVISIONED);
    answer(sensor, DY_IMPROV_CMD_WIFI, NULL, 0);
}

void dy_improv_refused(dy_sensor *sensor, uint64_t now_ms)
{
    sensor->improv.trying = false;
    memset(sensor->improv.pass, 0, sizeof sensor->improv.pass);
    refuse(sensor, DY_IMPROV_UNABLE_TO_CONNECT);
    dy_improv_tell_state(sensor);
    // Back to the network that it had, if any.
    if (sensor->report.has_wifi) dy_connect_begin(sensor, now_ms);
    else dy_conn_init(&sensor->conn, sensor->conn.has_broker, sensor->conn.random);
}

static void on_scan(dy_sensor *sensor, uint64_t now_ms)
{
    sensor->improv.scanning = sensor->port.wifi_scan(sensor->port.ctx);
    sensor->improv.give_up_ms = now_ms + SCAN_LIMIT_MS;
    if (!sensor->improv.scanning) answer(sensor, DY_IMPROV_CMD_SCAN, NULL, 0);
}

void dy_sensor_on_scan(dy_sensor *sensor, const dy_network *networks, size_t count, uint64_t now_ms)
{
    (void)now_ms;
    if (!sensor->improv.scanning) return;
    sensor->improv.scanning = false;
    for (size_t i = 0; i < count && i < DY_SCAN_SIZE; i++) {
        char rssi[16];
        dy_writer writer = dy_writer_on(rssi, sizeof rssi);
        dy_write_signed(&writer, networks[i].rssi);
        if (networks[i].ssid[0] == '\0') continue;
        answer(sensor, DY_IMPROV_CMD_SCAN,
               (const char *[]){networks[i].ssid, rssi, networks[i].secured ? "YES" : "NO"}, 3);
    }
    answer(sensor, DY_IMPROV_CMD_SCAN, NULL, 0);
}

static void obey(dy_sensor *sensor, const dy_improv_call *call, uint64_t now_ms)
{
    switch (call->command) {
    case DY_IMPROV_CMD_WIFI: on_wifi(sensor, call, now_ms); break;
    case DY_IMPROV_CMD_STATE:
        dy_improv_tell_state(sensor);
        if (state_of(sensor) == DY_IMPROV_PROVISIONED) answer(sensor, DY_IMPROV_CMD_STATE, NULL, 0);
        break;
    case DY_IMPROV_CMD_INFO: tell_name(sensor, true); break;
    case DY_IMPROV_CMD_SCAN: on_scan(sensor, now_ms); break;
    case DY_IMPROV_CMD_HOSTNAME: on_hostname(sensor, call); break;
    case DY_IMPROV_CMD_NAME: on_name(sensor, call); break;
    default:
        // Bit 0: online; bit 1: it has Wi-Fi.
        answer(sensor, DY_IMPROV_CMD_NETWORK, (const char *[]){dy_on_network(sensor) ? "3" : "2"}, 1);
    }
}

static void on_packet(dy_sensor *sensor, const dy_improv_packet *packet, uint64_t now_ms)
{
    dy_improv_call call;
    if (packet->type != DY_IMPROV_COMMAND) return;
    if (!dy_improv_parse_call(packet, &call)) {
        refuse(sensor, DY_IMPROV_INVALID_PACKET);
        return;
    }
    if (call.command < DY_IMPROV_CMD_WIFI || call.command > DY_IMPROV_CMD_NETWORK) {
        refuse(sensor, DY_IMPROV_UNKNOWN_COMMAND);
        return;
    }
    bool hostname = call.command == DY_IMPROV_CMD_HOSTNAME && call.length > 0;
    if (hostname && !dy_valid_hostname((const char *)call.body, call.length)) {
        refuse(sensor, DY_IMPROV_BAD_HOSTNAME);
        return;
    }
    refuse(sensor, DY_IMPROV_OK);
    obey(sensor, &call, now_ms);
}

void dy_sensor_on_uart(dy_sensor *sensor, const uint8_t *bytes, size_t length, uint64_t now_ms)
{
    dy_improv_packet packet;
    for (size_t i = 0; i < length; i++) {
        dy_improv_found found = dy_improv_push(&sensor->improv.parser, bytes[i], &packet);
        if (found == DY_IMPROV_BAD_CHECKSUM) refuse(sensor, DY_IMPROV_INVALID_PACKET);
        else if (found == DY_IMPROV_PACKET) on_packet(sensor, &packet, now_ms);
    }
}

void dy_improv_step(dy_sensor *sensor, uint64_t now_ms)
{
    if (sensor->improv.scanning && now_ms >= sensor->improv.give_up_ms) dy_sensor_on_scan(sensor, NULL, 0, now_ms);
}

uint64_t dy_improv_next(const dy_sensor *sensor)
{
    return sensor->improv.scanning ? sensor->improv.give_up_ms : DY_NEVER;
}
