#include "wifi_link.h"

#include <string.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_wifi.h"

/** From joining to an address. */
#define ADDRESS_LIMIT_MS 15000
/** So long the driver is waited for that was told to disconnect. */
#define DISCONNECTION_LIMIT_MS 5000
/** So many refusals of the driver in a row, and it is started anew. */
#define REFUSALS_UNTIL_RESTART 3

static struct {
    /** The core waits for an outcome, or is on the network. */
    bool wanted;
    /** The driver was told to connect, and has not said since that it is disconnected. */
    bool busy;
    /** Associated and with an address. */
    bool up;
    /** Another attempt is to follow as soon as the driver is free. */
    bool again;
    unsigned refusals;
    uint64_t address_due_ms;
    /** Until when the driver is to say that it is disconnected; UINT64_MAX: it was not told to. */
    uint64_t free_due_ms;
    wifi_config_t config;
} wifi = {.address_due_ms = UINT64_MAX, .free_due_ms = UINT64_MAX};

static wifi_ap_record_t records[DY_SCAN_SIZE];
static dy_network networks[DY_SCAN_SIZE];

static void on_wifi_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    app_event event = {.kind = EVENT_WIFI_ASSOCIATED};
    if (id == WIFI_EVENT_STA_DISCONNECTED) {
        event.kind = EVENT_WIFI_DISCONNECTED;
        event.reason = ((const wifi_event_sta_disconnected_t *)data)->reason;
    } else if (id == WIFI_EVENT_SCAN_DONE) {
        event.kind = EVENT_WIFI_SCANNED;
        event.scan_succeeded = ((const wifi_event_sta_scan_done_t *)data)->status == 0;
    } else if (id != WIFI_EVENT_STA_CONNECTED) {
        return;
    }
    events_post(&event);
}

static void on_ip_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    app_event event = {.kind = EVENT_WIFI_ADDRESS_LOST};
    if (id == IP_EVENT_STA_GOT_IP) {
        event.kind = EVENT_WIFI_ADDRESS;
        esp_ip4addr_ntoa(&((const ip_event_got_ip_t *)data)->ip_info.ip, event.ip, sizeof event.ip);
    } else if (id != IP_EVENT_STA_LOST_IP) {
        return;
    }
    events_post(&event);
}

void wifi_link_init(const char *hostname)
{
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    esp_netif_t *station = esp_netif_create_default_wifi_sta();
    // ESP-IDF takes at most 32 characters; without a name of its own the board has that of its chip.
    if (esp_netif_set_hostname(station, hostname) != ESP_OK) ESP_LOGW("datayoti", "the name on the network is too long");
    wifi_init_config_t driver = WIFI_INIT_CONFIG_DEFAULT();
    // Name and password come from our own namespace, and nowhere else are they kept.
    driver.nvs_enable = 0;
    ESP_ERROR_CHECK(esp_wifi_init(&driver));
    ESP_ERROR_CHECK(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi_event, NULL));
    ESP_ERROR_CHECK(esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, on_ip_event, NULL));
    ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM));
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
    ESP_ERROR_CHECK(esp_wifi_start());
}

static void refused(esp_err_t outcome)
{
    ESP_LOGW("datayoti", "the Wi-Fi driver refused: %s", esp_err_to_name(outcome));
    if (++wifi.refusals >= REFUSALS_UNTIL_RESTART) {
        wifi.refusals = 0;
        esp_wifi_stop();
        esp_wifi_start();
    }
    const app_event event = {.kind = EVENT_WIFI_REFUSED};
    events_post(&event);
}

static void begin(void)
{
    wifi.again = false;
    wifi.address_due_ms = UINT64_MAX;
    wifi.free_due_ms = UINT64_MAX;
    esp_err_t outcome = esp_wifi_set_config(WIFI_IF_STA, &wifi.config);
    if (outcome == ESP_OK) outcome = esp_wifi_connect();
    wifi.busy = outcome == ESP_OK;
    if (wifi.busy)
        wifi.refusals = 0;
    else
        refused(outcome);
}

/** The driver answers with EVENT_WIFI_DISCONNECTED. */
static void disconnect(void)
{
    if (!wifi.busy || wifi.free_due_ms != UINT64_MAX) return;
    esp_wifi_disconnect();
    wifi.free_due_ms = monotonic_ms() + DISCONNECTION_LIMIT_MS;
}

void wifi_link_join(const char *ssid, const char *password)
{
    wifi_sta_config_t station = {
        // All channels: of several access points the strongest is taken, not the first.
        .scan_method = WIFI_ALL_CHANNEL_SCAN,
        .sort_method = WIFI_CONNECT_AP_BY_SIGNAL,
        .pmf_cfg = {.capable = true, .required = false},
        .sae_pwe_h2e = WPA3_SAE_PWE_BOTH,
        // With a password, nothing weaker than WPA2 is joined; see `wifi_scan_threshold_t`.
        .threshold = {.authmode = password[0] == '\0' ? WIFI_AUTH_OPEN : WIFI_AUTH_WPA2_PSK},
    };
    // A name of all 32 bytes has no NUL behind it in this field.
    memcpy(station.ssid, ssid, strnlen(ssid, sizeof station.ssid));
    memcpy(station.password, password, strnlen(password, sizeof station.password - 1));
    wifi.config = (wifi_config_t){.sta = station};
    wifi.wanted = true;
    wifi.up = false;
    wifi.again = wifi.busy;
    if (wifi.busy)
        disconnect();
    else
        begin();
}

void wifi_link_leave(void)
{
    wifi.wanted = false;
    wifi.up = false;
    wifi.again = false;
    wifi.address_due_ms = UINT64_MAX;
    disconnect();
}

bool wifi_link_scan(void)
{
    return esp_wifi_scan_start(NULL, false) == ESP_OK;
}

bool wifi_link_rssi(int *rssi)
{
    wifi_ap_record_t station;
    if (!wifi.up || esp_wifi_sta_get_ap_info(&station) != ESP_OK) return false;
    *rssi = station.rssi;
    return true;
}

static dy_wifi_failure failure_of(uint8_t reason)
{
    switch (reason) {
    case WIFI_REASON_NO_AP_FOUND:
    case WIFI_REASON_NO_AP_FOUND_IN_RSSI_THRESHOLD: return DY_WIFI_NO_NETWORK;
    case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_AUTH_FAIL:
    case WIFI_REASON_MIC_FAILURE: return DY_WIFI_WRONG_PASSWORD;
    default: return DY_WIFI_OTHER;
    }
}

static void end(dy_sensor *sensor, dy_wifi_failure failure, uint64_t now_ms)
{
    const bool tell = wifi.wanted;
    wifi.wanted = false;
    wifi.up = false;
    wifi.address_due_ms = UINT64_MAX;
    if (tell) dy_sensor_on_wifi_down(sensor, failure, now_ms);
}

static void disconnected(dy_sensor *sensor, uint8_t reason, uint64_t now_ms)
{
    const bool was_up = wifi.up;
    wifi.busy = false;
    wifi.free_due_ms = UINT64_MAX;
    if (wifi.again) {
        begin();
        return;
    }
    if (wifi.wanted && !was_up) ESP_LOGI("datayoti", "Wi-Fi ended with code %u", (unsigned)reason);
    end(sensor, was_up ? DY_WIFI_LOST : failure_of(reason), now_ms);
}

static void got_address(dy_sensor *sensor, const char *ip, uint64_t now_ms)
{
    // What a connection says that is being given up is of no interest, nor that an address was renewed.
    if (!wifi.wanted || !wifi.busy || wifi.again || wifi.up) return;
    wifi.up = true;
    wifi.address_due_ms = UINT64_MAX;
    int rssi = 0;
    wifi_link_rssi(&rssi);
    dy_sensor_on_wifi_up(sensor, rssi, ip, now_ms);
}

static void scanned(dy_sensor *sensor, bool succeeded, uint64_t now_ms)
{
    uint16_t found = DY_SCAN_SIZE;
    // Also gives back the driver's memory of the scan.
    if (esp_wifi_scan_get_ap_records(&found, records) != ESP_OK || !succeeded) found = 0;
    size_t count = 0;
    for (uint16_t i = 0; i < found; i++) {
        if (records[i].ssid[0] == '\0') continue;
        dy_network *network = &networks[count++];
        memcpy(network->ssid, records[i].ssid, sizeof network->ssid);
        network->ssid[sizeof network->ssid - 1] = '\0';
        network->rssi = records[i].rssi;
        network->secured = records[i].authmode != WIFI_AUTH_OPEN;
    }
    dy_sensor_on_scan(sensor, networks, count, now_ms);
}

void wifi_link_handle(dy_sensor *sensor, const app_event *event, uint64_t now_ms)
{
    switch (event->kind) {
    case EVENT_WIFI_ASSOCIATED:
        if (wifi.wanted && !wifi.again) wifi.address_due_ms = now_ms + ADDRESS_LIMIT_MS;
        break;
    case EVENT_WIFI_DISCONNECTED: disconnected(sensor, event->reason, now_ms); break;
    case EVENT_WIFI_ADDRESS: got_address(sensor, event->ip, now_ms); break;
    case EVENT_WIFI_ADDRESS_LOST:
        if (!wifi.up) break;
        disconnect();
        end(sensor, DY_WIFI_LOST, now_ms);
        break;
    case EVENT_WIFI_SCANNED: scanned(sensor, event->scan_succeeded, now_ms); break;
    case EVENT_WIFI_REFUSED:
        if (!wifi.busy) end(sensor, DY_WIFI_OTHER, now_ms);
        break;
    default: break;
    }
}

uint64_t wifi_link_deadline(void)
{
    return wifi.address_due_ms < wifi.free_due_ms ? wifi.address_due_ms : wifi.free_due_ms;
}

void wifi_link_tick(dy_sensor *sensor, uint64_t now_ms)
{
    if (now_ms >= wifi.free_due_ms) {
        // It never said so: what it said last is taken for it.
        wifi.busy = false;
        wifi.free_due_ms = UINT64_MAX;
        if (wifi.again) begin();
    }
    if (now_ms >= wifi.address_due_ms) {
        disconnect();
        end(sensor, DY_WIFI_NO_ADDRESS, now_ms);
    }
}
