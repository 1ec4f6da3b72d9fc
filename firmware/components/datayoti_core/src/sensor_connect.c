#include "sensor_parts.h"
#include "text_writer.h"

#define SIGNAL_EVERY_MS 10000u

bool dy_on_network(const dy_sensor *sensor)
{
    return sensor->conn.state >= DY_CONN_WIFI_ONLY;
}

bool dy_sensor_is_online(const dy_sensor *sensor)
{
    return sensor->conn.state == DY_CONN_ONLINE;
}

static const char *ssid(const dy_sensor *sensor)
{
    return sensor->improv.trying ? sensor->improv.ssid : sensor->config->wifi_ssid;
}

static void join(dy_sensor *sensor)
{
    const char *pass = sensor->improv.trying ? sensor->improv.pass : sensor->config->wifi_pass;
    dy_say(sensor, DY_LOG_WIFI_CONNECTING, ssid(sensor));
    sensor->port.wifi_join(sensor->port.ctx, ssid(sensor), pass);
}

static void connect_mqtt(dy_sensor *sensor, uint64_t now_ms)
{
    const dy_config *config = sensor->config;
    const char *mac = sensor->identity.mac;
    (void)dy_client_id(sensor->client_id, sizeof sensor->client_id, mac, 1);
    (void)dy_topic(sensor->will_topic, sizeof sensor->will_topic, mac, DY_CHANNEL_STATUS);
    (void)dy_payload_status(sensor->will_payload, sizeof sensor->will_payload, mac, dy_clock_at(&sensor->clock, now_ms),
                            false);
    dy_mqtt_setup setup = {
        .host = config->mqtt_host,
        .port = config->mqtt_port,
        .tls = config->mqtt_tls,
        .ca = config->mqtt_ca[0] == '\0' ? NULL : config->mqtt_ca,
        .client_id = sensor->client_id,
        .user = config->mqtt_user,
        .password = config->mqtt_pass,
        .keepalive_s = DY_KEEPALIVE_S,
        .will_topic = sensor->will_topic,
        .will_payload = sensor->will_payload,
    };
    dy_say(sensor, DY_LOG_MQTT_CONNECTING, config->mqtt_host, (unsigned)config->mqtt_port, config->mqtt_user);
    sensor->port.mqtt_connect(sensor->port.ctx, &setup);
}

static void tell_retry(dy_sensor *sensor, uint64_t now_ms)
{
    if (sensor->conn.deadline_ms == DY_NEVER || sensor->conn.deadline_ms < now_ms) return;
    dy_say(sensor, DY_LOG_RETRY, (unsigned)((sensor->conn.deadline_ms - now_ms + 999) / 1000));
}

static void wifi_timed_out(dy_sensor *sensor, uint64_t now_ms)
{
    dy_count(&sensor->health.wifi_failures);
    dy_say(sensor, DY_LOG_WIFI_TIMEOUT, ssid(sensor));
    if (sensor->improv.trying) dy_improv_refused(sensor, now_ms);
    else tell_retry(sensor, now_ms);
}

static void mqtt_timed_out(dy_sensor *sensor, uint64_t now_ms)
{
    dy_count(&sensor->health.mqtt_failures);
    dy_say(sensor, DY_LOG_MQTT_TIMEOUT, sensor->config->mqtt_host, (unsigned)sensor->config->mqtt_port);
    tell_retry(sensor, now_ms);
}

static void act(dy_sensor *sensor, unsigned actions, uint64_t now_ms)
{
    const dy_port *port = &sensor->port;
    if ((actions & DY_DO_MQTT_STOP) != 0) {
        port->mqtt_stop(port->ctx);
        dy_send_lost(sensor);
    }
    if ((actions & DY_DO_WIFI_LEAVE) != 0) port->wifi_leave(port->ctx);
    if ((actions & DY_DO_WIFI_JOIN) != 0) join(sensor);
    if ((actions & DY_DO_NTP_START) != 0 && sensor->config->ntp_host[0] != '\0')
        port->ntp_start(port->ctx, sensor->config->ntp_host);
    if ((actions & DY_DO_TELL_RECOVERED) != 0) dy_say(sensor, DY_LOG_SIGNAL_RECOVERED, sensor->conn.rssi);
    if ((actions & DY_DO_TELL_WEAK) != 0) dy_say(sensor, DY_LOG_SIGNAL_WEAK, sensor->conn.rssi);
    if ((actions & DY_DO_MQTT_CONNECT) != 0) connect_mqtt(sensor, now_ms);
    if ((actions & DY_DO_TELL_MQTT_TIMEOUT) != 0) mqtt_timed_out(sensor, now_ms);
    if ((actions & DY_DO_TELL_WIFI_TIMEOUT) != 0) wifi_timed_out(sensor, now_ms);
}

void dy_connect_event(dy_sensor *sensor, const dy_conn_event *event, uint64_t now_ms)
{
    act(sensor, dy_conn_step(&sensor->conn, event, now_ms), now_ms);
}

void dy_connect_begin(dy_sensor *sensor, uint64_t now_ms)
{
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_START}, now_ms);
}

void dy_connect_step(dy_sensor *sensor, uint64_t now_ms)
{
    if (dy_on_network(sensor) && now_ms >= sensor->signal_ms) {
        dy_facts facts = {.has_rssi = false};
        sensor->signal_ms = now_ms + SIGNAL_EVERY_MS;
        sensor->port.facts(sensor->port.ctx, &facts);
        if (facts.has_rssi)
            dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_SIGNAL, .rssi = facts.rssi}, now_ms);
    }
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_TICK}, now_ms);
}

uint64_t dy_connect_next(const dy_sensor *sensor)
{
    return dy_min(sensor->conn.deadline_ms, dy_on_network(sensor) ? sensor->signal_ms : DY_NEVER);
}

void dy_sensor_on_wifi_up(dy_sensor *sensor, int rssi, const char *ip, uint64_t now_ms)
{
    if (sensor->conn.state != DY_CONN_WIFI_JOINING) return;
    bool given = sensor->improv.trying;
    dy_writer writer = dy_writer_on(sensor->ip, sizeof sensor->ip);
    dy_write(&writer, ip);
    sensor->signal_ms = now_ms + SIGNAL_EVERY_MS;
    dy_say(sensor, DY_LOG_WIFI_CONNECTED, rssi, dy_signal_name(rssi), sensor->ip);
    if (given) dy_improv_joined(sensor);
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_WIFI_UP, .rssi = rssi}, now_ms);
    if (!given) dy_improv_tell_state(sensor);
}

void dy_sensor_on_wifi_down(dy_sensor *sensor, dy_wifi_failure failure, uint64_t now_ms)
{
    static const dy_log_id lines[] = {
        [DY_WIFI_LOST] = DY_LOG_WIFI_LOST,
        [DY_WIFI_NO_NETWORK] = DY_LOG_WIFI_NO_NETWORK,
        [DY_WIFI_WRONG_PASSWORD] = DY_LOG_WIFI_PASSWORD,
        [DY_WIFI_NO_ADDRESS] = DY_LOG_WIFI_NO_ADDRESS,
        [DY_WIFI_TIMEOUT] = DY_LOG_WIFI_TIMEOUT,
        [DY_WIFI_OTHER] = DY_LOG_WIFI_FAILED,
    };
    if (sensor->conn.state != DY_CONN_WIFI_JOINING && !dy_on_network(sensor)) return;
    dy_count(&sensor->health.wifi_failures);
    sensor->ip[0] = '\0';
    dy_say(sensor, lines[failure], ssid(sensor));
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_WIFI_DOWN, .wifi = failure}, now_ms);
    if (sensor->improv.trying) dy_improv_refused(sensor, now_ms);
    else tell_retry(sensor, now_ms);
}

void dy_sensor_on_mqtt_up(dy_sensor *sensor, uint64_t now_ms)
{
    if (sensor->conn.state != DY_CONN_MQTT_CONNECTING) return;
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_MQTT_UP}, now_ms);
    dy_say(sensor, DY_LOG_MQTT_CONNECTED);
    dy_send_begin(sensor, now_ms);
}

static void tell_mqtt_failure(dy_sensor *sensor, dy_mqtt_failure failure)
{
    const dy_config *config = sensor->config;
    switch (failure) {
    case DY_MQTT_LOST: dy_say(sensor, DY_LOG_MQTT_LOST); break;
    case DY_MQTT_UNREACHABLE:
        dy_say(sensor, DY_LOG_MQTT_UNREACHABLE, config->mqtt_host, (unsigned)config->mqtt_port);
        break;
    case DY_MQTT_REFUSED_LOGIN: dy_say(sensor, DY_LOG_MQTT_LOGIN); break;
    case DY_MQTT_REFUSED_RIGHTS: dy_say(sensor, DY_LOG_MQTT_RIGHTS); break;
    case DY_MQTT_TLS: dy_say(sensor, DY_LOG_MQTT_TLS); break;
    case DY_MQTT_TIMEOUT: dy_say(sensor, DY_LOG_MQTT_TIMEOUT, config->mqtt_host, (unsigned)config->mqtt_port); break;
    case DY_MQTT_OTHER: dy_say(sensor, DY_LOG_MQTT_FAILED); break;
    }
}

void dy_sensor_on_mqtt_down(dy_sensor *sensor, dy_mqtt_failure failure, uint64_t now_ms)
{
    if (sensor->conn.state != DY_CONN_MQTT_CONNECTING && !dy_sensor_is_online(sensor)) return;
    dy_count(&sensor->health.mqtt_failures);
    tell_mqtt_failure(sensor, failure);
    dy_connect_event(sensor, &(dy_conn_event){.kind = DY_CONN_MQTT_DOWN, .mqtt = failure}, now_ms);
    tell_retry(sensor, now_ms);
}
