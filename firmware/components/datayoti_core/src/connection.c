#include "datayoti/connection.h"

#include "datayoti/limits.h"

#define NEVER UINT64_MAX
#define BASE_MS 2000u
#define MOST_MS 60000u
/** A wrong password stays wrong for a while, and brokers lock out who tries too often. */
#define REFUSED_BASE_MS 5000u
#define REFUSED_MOST_MS 300000u
#define WIFI_LIMIT_MS 30000u
#define MQTT_LIMIT_MS 20000u
#define USABLE_FOR_MS 300000u

void dy_conn_init(dy_conn *conn, bool has_broker, uint32_t seed)
{
    *conn = (dy_conn){
        .state = DY_CONN_IDLE,
        .has_broker = has_broker,
        .deadline_ms = NEVER,
        .usable_since_ms = NEVER,
        // The generator stands still at zero.
        .random = seed == 0 ? 1 : seed,
    };
}

/** Marsaglia's xorshift, 32 bits. */
static uint32_t next_random(uint32_t *random)
{
    uint32_t x = *random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *random = x;
}

uint32_t dy_backoff_ms(uint32_t base_ms, uint32_t most_ms, uint32_t failures, uint32_t *random)
{
    uint64_t pause = base_ms;
    for (uint32_t i = 1; i < failures && pause < most_ms; i++) pause *= 2;
    if (pause > most_ms) pause = most_ms;
    uint64_t quarter = pause / 4;
    return (uint32_t)(pause - quarter + next_random(random) % (2 * quarter + 1));
}

const char *dy_signal_name(int rssi)
{
    if (rssi > -50) return "excellent";
    if (rssi > -60) return "good";
    return rssi > -70 ? "fair" : "weak";
}

static void enter(dy_conn *conn, dy_conn_state state, uint64_t deadline_ms)
{
    conn->state = state;
    conn->deadline_ms = deadline_ms;
}

static unsigned join(dy_conn *conn, uint64_t now_ms)
{
    enter(conn, DY_CONN_WIFI_JOINING, now_ms + WIFI_LIMIT_MS);
    return DY_DO_WIFI_JOIN;
}

static unsigned wifi_failed(dy_conn *conn, dy_wifi_failure why, uint64_t now_ms)
{
    bool refused = why == DY_WIFI_WRONG_PASSWORD;
    if (conn->wifi_failures < UINT32_MAX) conn->wifi_failures++;
    uint32_t pause = dy_backoff_ms(refused ? REFUSED_BASE_MS : BASE_MS, refused ? REFUSED_MOST_MS : MOST_MS,
                                   conn->wifi_failures, &conn->random);
    enter(conn, DY_CONN_WIFI_PAUSE, now_ms + pause);
    return 0;
}

static unsigned mqtt_failed(dy_conn *conn, dy_mqtt_failure why, uint64_t now_ms)
{
    bool refused = why == DY_MQTT_REFUSED_LOGIN || why == DY_MQTT_REFUSED_RIGHTS;
    if (conn->mqtt_failures < UINT32_MAX) conn->mqtt_failures++;
    uint32_t pause = dy_backoff_ms(refused ? REFUSED_BASE_MS : BASE_MS, refused ? REFUSED_MOST_MS : MOST_MS,
                                   conn->mqtt_failures, &conn->random);
    enter(conn, DY_CONN_MQTT_PAUSE, now_ms + pause);
    return 0;
}

/** The next step towards the broker, as far as the signal allows. */
static unsigned seek_broker(dy_conn *conn, uint64_t now_ms)
{
    if (!conn->has_broker) {
        enter(conn, DY_CONN_WIFI_ONLY, NEVER);
        return 0;
    }
    if (conn->weak) {
        uint64_t again = conn->usable_since_ms == NEVER ? NEVER : conn->usable_since_ms + USABLE_FOR_MS;
        bool tell = conn->state != DY_CONN_WEAK;
        enter(conn, DY_CONN_WEAK, again);
        return tell ? DY_DO_TELL_WEAK : 0;
    }
    enter(conn, DY_CONN_MQTT_CONNECTING, now_ms + MQTT_LIMIT_MS);
    return DY_DO_MQTT_CONNECT;
}

static void note_signal(dy_conn *conn, int rssi, uint64_t now_ms)
{
    conn->rssi = rssi;
    if (rssi < DY_RSSI_UNUSABLE) {
        conn->weak = true;
        conn->usable_since_ms = NEVER;
        return;
    }
    if (conn->usable_since_ms == NEVER) conn->usable_since_ms = now_ms;
    if (rssi > DY_RSSI_RECOVERED || now_ms - conn->usable_since_ms >= USABLE_FOR_MS) conn->weak = false;
}

static unsigned on_signal(dy_conn *conn, int rssi, uint64_t now_ms)
{
    note_signal(conn, rssi, now_ms);
    if (conn->state != DY_CONN_WEAK) return 0;
    unsigned actions = seek_broker(conn, now_ms);
    return conn->state == DY_CONN_WEAK ? actions : actions | DY_DO_TELL_RECOVERED;
}

static bool is_on_network(const dy_conn *conn)
{
    return conn->state >= DY_CONN_WIFI_ONLY;
}

static unsigned on_wifi_down(dy_conn *conn, dy_wifi_failure why, uint64_t now_ms)
{
    if (conn->state == DY_CONN_WIFI_JOINING) return wifi_failed(conn, why, now_ms);
    if (!is_on_network(conn)) return 0;
    unsigned stop = conn->state == DY_CONN_MQTT_CONNECTING || conn->state == DY_CONN_ONLINE ? DY_DO_MQTT_STOP : 0u;
    return stop | wifi_failed(conn, why, now_ms);
}

static unsigned on_wifi_up(dy_conn *conn, int rssi, uint64_t now_ms)
{
    if (conn->state != DY_CONN_WIFI_JOINING) return 0;
    conn->wifi_failures = 0;
    conn->mqtt_failures = 0;
    conn->weak = false;
    conn->usable_since_ms = NEVER;
    note_signal(conn, rssi, now_ms);
    return DY_DO_NTP_START | seek_broker(conn, now_ms);
}

static unsigned on_deadline(dy_conn *conn, uint64_t now_ms)
{
    switch (conn->state) {
    case DY_CONN_WIFI_JOINING:
        (void)wifi_failed(conn, DY_WIFI_TIMEOUT, now_ms);
        return DY_DO_WIFI_LEAVE | DY_DO_TELL_WIFI_TIMEOUT;
    case DY_CONN_WIFI_PAUSE: return join(conn, now_ms);
    case DY_CONN_WEAK: return on_signal(conn, conn->rssi, now_ms);
    case DY_CONN_MQTT_CONNECTING:
        (void)mqtt_failed(conn, DY_MQTT_TIMEOUT, now_ms);
        return DY_DO_MQTT_STOP | DY_DO_TELL_MQTT_TIMEOUT;
    case DY_CONN_MQTT_PAUSE: return seek_broker(conn, now_ms);
    case DY_CONN_IDLE:
    case DY_CONN_WIFI_ONLY:
    case DY_CONN_ONLINE: break;
    }
    return 0;
}

static unsigned on_start(dy_conn *conn, uint64_t now_ms)
{
    unsigned leave = 0;
    if (conn->state == DY_CONN_MQTT_CONNECTING || conn->state == DY_CONN_ONLINE) leave = DY_DO_MQTT_STOP;
    conn->wifi_failures = conn->mqtt_failures = 0;
    return leave | join(conn, now_ms);
}

unsigned dy_conn_step(dy_conn *conn, const dy_conn_event *event, uint64_t now_ms)
{
    switch (event->kind) {
    case DY_CONN_START: return on_start(conn, now_ms);
    case DY_CONN_WIFI_UP: return on_wifi_up(conn, event->rssi, now_ms);
    case DY_CONN_WIFI_DOWN: return on_wifi_down(conn, event->wifi, now_ms);
    case DY_CONN_SIGNAL: return is_on_network(conn) ? on_signal(conn, event->rssi, now_ms) : 0;
    case DY_CONN_MQTT_UP:
        if (conn->state != DY_CONN_MQTT_CONNECTING) return 0;
        conn->mqtt_failures = 0;
        enter(conn, DY_CONN_ONLINE, NEVER);
        return 0;
    case DY_CONN_MQTT_DOWN:
        if (conn->state != DY_CONN_MQTT_CONNECTING && conn->state != DY_CONN_ONLINE) return 0;
        return DY_DO_MQTT_STOP | mqtt_failed(conn, event->mqtt, now_ms);
    case DY_CONN_TICK: break;
    }
    return now_ms >= conn->deadline_ms ? on_deadline(conn, now_ms) : 0;
}
